package dev.modelfleet.runtime.serve.protocol;

import io.netty.buffer.ByteBuf;

/**
 * A named tensor with its elements in the protocol's binary form: little-endian, row-major; BYTES
 * as length and bytes. Who holds a tensor holds its data: {@link #release} gives the memory back.
 *
 * @param name name of the input or output
 * @param datatype element type
 * @param shape all dimensions known
 * @param data exactly the elements, between reader and writer index
 */
public record Tensor(String name, DataType datatype, Shape shape, ByteBuf data) {

  /**
   * Checks that the data is as long as type and shape demand.
   *
   * @throws ProtocolException (invalid) naming the input, the length it has and the one it should
   */
  public static Tensor checked(String name, DataType datatype, Shape shape, ByteBuf data) {
    int elements = shape.elements();
    if (datatype == DataType.BYTES) {
      ByteStrings.check(name, elements, data);
    } else {
      long expected = (long) elements * datatype.size();
      if (data.readableBytes() != expected) {
        throw ProtocolException.invalid(
            "input '%s' has %d bytes of data, but shape %s of %s needs %d",
            name, data.readableBytes(), shape, datatype, expected);
      }
    }
    return new Tensor(name, datatype, shape, data);
  }

  /** What it is without its elements. */
  public TensorSpec spec() {
    return new TensorSpec(name, datatype, shape);
  }

  public void release() {
    data.release();
  }
}

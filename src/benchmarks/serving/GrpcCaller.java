import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Asks ModelInfer with raw contents over one HTTP/2 connection, one call after the other, by frames
 * made once: what a gRPC library would cost is not measured. Headers are sent as literals (RFC 7541,
 * 6.2.2) and those of answers are not decoded: an answer is one with a message in it.
 */
final class GrpcCaller implements Load.Caller {

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GO_AWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int ACK = 1;
  private static final int MAX_FRAME = 16_384;
  private static final int HEAD = 9;

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;
  private final byte[] frames;
  private final int[] streamIdOffsets;
  private int stream = -1;
  private long unacknowledged;

  GrpcCaller(int port, String model, List<Input> inputs) throws IOException {
    this.socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    this.out = socket.getOutputStream();
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 17));
    byte[] message = message(model, inputs);
    byte[] headers = headers();
    ByteArrayOutputStream call = new ByteArrayOutputStream();
    int pieces = (message.length + MAX_FRAME - 1) / MAX_FRAME;
    this.streamIdOffsets = new int[pieces + 1];
    streamIdOffsets[0] = 5;
    call.write(frame(HEADERS, END_HEADERS, headers, 0, headers.length));
    for (int i = 0; i < pieces; i++) {
      streamIdOffsets[i + 1] = call.size() + 5;
      int from = i * MAX_FRAME;
      int length = Math.min(MAX_FRAME, message.length - from);
      call.write(frame(DATA, i == pieces - 1 ? END_STREAM : 0, message, from, length));
    }
    this.frames = call.toByteArray();
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    // No table for the peer's header compression; a window as large as may be.
    byte[] settings = {0, 1, 0, 0, 0, 0, 0, 4, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    out.write(frame(SETTINGS, 0, settings, 0, settings.length));
    out.write(windowUpdate(Integer.MAX_VALUE - 65_535));
  }

  @Override
  public void call() throws IOException {
    stream += 2;
    for (int offset : streamIdOffsets) {
      putInt(frames, offset, stream);
    }
    out.write(frames);
    int received = 0;
    boolean ended = false;
    while (!ended) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int id = in.readInt();
      ended = id == stream && (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
      if (type == DATA) {
        received += length;
        in.skipNBytes(length);
      } else {
        answer(type, flags, in.readNBytes(length));
      }
    }
    if (received <= 5) {
      throw new IOException("the call was refused");
    }
    acknowledge(received);
  }

  private void answer(int type, int flags, byte[] payload) throws IOException {
    if (type == RESET || type == GO_AWAY) {
      throw new IOException("the server ended the " + (type == RESET ? "stream" : "connection"));
    }
    if ((type == SETTINGS || type == PING) && (flags & ACK) == 0) {
      byte[] echo = type == PING ? payload : new byte[0];
      out.write(frame(type, ACK, echo, 0, echo.length));
    }
  }

  private void acknowledge(int received) throws IOException {
    unacknowledged += received;
    if (unacknowledged > 1 << 30) {
      out.write(windowUpdate((int) unacknowledged));
      unacknowledged = 0;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static byte[] windowUpdate(int bytes) {
    byte[] payload = new byte[4];
    putInt(payload, 0, bytes);
    return frame(WINDOW_UPDATE, 0, payload, 0, payload.length);
  }

  private static byte[] frame(int type, int flags, byte[] payload, int from, int length) {
    byte[] frame = new byte[HEAD + length];
    putInt(frame, 0, length << 8 | type);
    frame[4] = (byte) flags;
    System.arraycopy(payload, from, frame, HEAD, length);
    return frame;
  }

  private static void putInt(byte[] target, int offset, int value) {
    for (int i = 0; i < 4; i++) {
      target[offset + i] = (byte) (value >> 24 - 8 * i);
    }
  }

  private static byte[] headers() throws IOException {
    String[] fields = {
      ":method", "POST",
      ":scheme", "http",
      ":path", "/inference.GRPCInferenceService/ModelInfer",
      ":authority", "x",
      "content-type", "application/grpc",
      "te", "trailers"
    };
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      block.write(0);
      block.write(fields[i].length());
      block.write(fields[i].getBytes(StandardCharsets.US_ASCII));
      block.write(fields[i + 1].length());
      block.write(fields[i + 1].getBytes(StandardCharsets.US_ASCII));
    }
    return block.toByteArray();
  }

  /** ModelInferRequest as gRPC sends it: model_name 1, inputs 5, raw_input_contents 7. */
  private static byte[] message(String model, List<Input> inputs) throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    field(message, 1, model.getBytes(StandardCharsets.UTF_8));
    for (Input input : inputs) {
      ByteArrayOutputStream described = new ByteArrayOutputStream();
      field(described, 1, input.name().getBytes(StandardCharsets.UTF_8));
      field(described, 2, input.datatype().getBytes(StandardCharsets.UTF_8));
      ByteArrayOutputStream shape = new ByteArrayOutputStream();
      for (long dimension : input.shape()) {
        number(shape, dimension);
      }
      field(described, 3, shape.toByteArray());
      field(message, 5, described.toByteArray());
    }
    for (Input input : inputs) {
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      Channels.newChannel(data).write(input.data().duplicate());
      field(message, 7, data.toByteArray());
    }
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    new DataOutputStream(framed).writeByte(0);
    new DataOutputStream(framed).writeInt(message.size());
    message.writeTo(framed);
    return framed.toByteArray();
  }

  private static void field(ByteArrayOutputStream target, int number, byte[] value)
      throws IOException {
    number(target, number << 3 | 2);
    number(target, value.length);
    target.write(value);
  }

  private static void number(ByteArrayOutputStream target, long value) {
    long rest = value;
    for (; rest >= 0x80; rest >>>= 7) {
      target.write((int) (rest & 0x7f | 0x80));
    }
    target.write((int) rest);
  }
}

package dev.modelfleet.runtime.serve.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelfleet.runtime.serve.http.BodyEncoding;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageFramesTest {

  private final List<String> messages = new ArrayList<>();

  @ParameterizedTest(name = "in pieces of {0}")
  @CsvSource({"1", "2", "7", "100"})
  void messagesAreWholeHoweverTheyArrive(int piece) {
    MessageFrames frames = frames(BodyEncoding.IDENTITY);
    String stream = "0000000002" + "abcd" + "0000000000" + "0000000001" + "ef";
    for (int i = 0; i < stream.length(); i += 2 * piece) {
      append(frames, stream.substring(i, Math.min(stream.length(), i + 2 * piece)));
    }
    assertThat(messages).containsExactly("abcd", "", "ef");
    assertThat(frames.hasRest()).isFalse();
    frames.release();
  }

  @Test
  void aMessageThatIsCutOffIsARest() {
    MessageFrames frames = frames(BodyEncoding.IDENTITY);
    append(frames, "0000000002ab");
    assertThat(messages).isEmpty();
    assertThat(frames.hasRest()).isTrue();
    frames.release();
  }

  @Test
  void compressedMessagesAreUnpacked() throws Exception {
    append(frames(BodyEncoding.GZIP), compressed(new byte[] {1, 2, 3}));
    assertThat(messages).containsExactly("010203");
  }

  @Test
  void aMessageThatUnpacksBeyondTheLimitIsTooLarge() throws Exception {
    assertRefused(frames(BodyEncoding.GZIP), compressed(new byte[1001]), ErrorCode.TOO_LARGE);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "a promise beyond the limit,       00ffffffff,   TOO_LARGE",
    "compressed without an encoding,   0100000001aa, INVALID",
    "an unknown flag,                  0700000001aa, INVALID"
  })
  void badFramesAreRefused(String what, String bytes, ErrorCode code) {
    assertRefused(frames(BodyEncoding.IDENTITY), bytes, code);
  }

  @Test
  void brokenCompressionIsRefused() {
    assertRefused(frames(BodyEncoding.GZIP), "0100000001aa", ErrorCode.INVALID);
  }

  @ParameterizedTest
  @CsvSource({"1H,3600000000", "2M,120000000", "3S,3000000", "4m,4000", "5u,5", "9n,1", ",0"})
  void timeoutsInMicroseconds(String header, long micros) {
    assertThat(GrpcTimeout.micros(header)).isEqualTo(micros);
  }

  @ParameterizedTest
  @CsvSource({"1", "S", "123456789S", "-1S", "1s"})
  void brokenTimeoutsAreRefused(String header) {
    assertThat(
            catchThrowableOfType(ProtocolException.class, () -> GrpcTimeout.micros(header)).code())
        .isEqualTo(ErrorCode.INVALID);
  }

  @Test
  void statusMessagesArePercentEncoded() {
    assertThat(GrpcReplies.percentEncode("50% größer\n")).isEqualTo("50%25 gr%C3%B6%C3%9Fer%0A");
  }

  private void assertRefused(MessageFrames frames, String bytes, ErrorCode code) {
    ProtocolException refusal =
        catchThrowableOfType(ProtocolException.class, () -> append(frames, bytes));
    assertThat(refusal.code()).isEqualTo(code);
    assertThat(messages).isEmpty();
  }

  private static MessageFrames frames(BodyEncoding encoding) {
    return new MessageFrames(1000, encoding, UnpooledByteBufAllocator.DEFAULT);
  }

  private void append(MessageFrames frames, String hex) {
    frames.append(
        Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)),
        message -> messages.add(ByteBufUtil.hexDump(message)));
  }

  private static String compressed(byte[] message) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(message);
    }
    return "01%08x".formatted(bytes.size()) + ByteBufUtil.hexDump(bytes.toByteArray());
  }
}

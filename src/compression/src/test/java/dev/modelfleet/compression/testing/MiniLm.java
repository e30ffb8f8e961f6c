package dev.modelfleet.compression.testing;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.modelfleet.compression.dataset.NpzWriter;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The real all-MiniLM-L6-v2 sentence embedder and tokenized English sentences for it. */
public final class MiniLm {

  private static final Path DIRECTORY = Path.of("target", "minilm");

  private MiniLm() {}

  /** The model file: FP32, opset 11, 90 MB. */
  public static Path model() {
    return resource("/all-minilm-l6-v2.onnx");
  }

  private static synchronized Path resource(String name) {
    Path file = DIRECTORY.resolve(name.substring(1));
    try (InputStream stream = MiniLm.class.getResourceAsStream(name)) {
      if (!Files.exists(file)) {
        Files.createDirectories(DIRECTORY);
        Path partial = Files.createTempFile(DIRECTORY, "partial", "");
        Files.copy(stream, partial, StandardCopyOption.REPLACE_EXISTING);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sentences to calibrate with: none of {@link #evaluationSentences} is among them. */
  public static List<String> calibrationSentences(int count) {
    return sentences(count, 11, 0, 20);
  }

  /** Sentences to evaluate with. */
  public static List<String> evaluationSentences(int count) {
    return sentences(count, 12, 20, 40);
  }

  /** Texts of 30 to 400 characters: single sentences and some after one another. */
  private static List<String> sentences(int count, long seed, int from, int to) {
    try (InputStream stream = MiniLm.class.getResourceAsStream("/sentences/base.txt")) {
      List<String> base =
          new String(stream.readAllBytes(), StandardCharsets.UTF_8)
              .strip()
              .lines()
              .toList()
              .subList(from, to);
      Random random = new Random(seed);
      List<String> sentences = new ArrayList<>();
      while (sentences.size() < count) {
        StringBuilder text = new StringBuilder();
        for (int parts = 1 + random.nextInt(4); parts > 0; parts--) {
          text.append(text.isEmpty() ? "" : " ").append(base.get(random.nextInt(base.size())));
        }
        sentences.add(text.length() > 400 ? text.substring(0, 400) : text.toString());
      }
      return sentences;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a data set of tokenized sentences, padded to a fixed number of tokens. */
  public static Path dataset(Path file, List<String> sentences, int tokens) {
    Map<String, String> options =
        Map.of(
            "padding", "max_length", "maxLength", Integer.toString(tokens), "truncation", "true");
    try (HuggingFaceTokenizer tokenizer =
            HuggingFaceTokenizer.newInstance(
                resource("/all-minilm-l6-v2-tokenizer.json"), options);
        NpzWriter writer = new NpzWriter(file)) {
      long[] ids = new long[sentences.size() * tokens];
      long[] mask = new long[ids.length];
      long[] types = new long[ids.length];
      for (int i = 0; i < sentences.size(); i++) {
        Encoding encoding = tokenizer.encode(sentences.get(i));
        System.arraycopy(encoding.getIds(), 0, ids, i * tokens, tokens);
        System.arraycopy(encoding.getAttentionMask(), 0, mask, i * tokens, tokens);
        System.arraycopy(encoding.getTypeIds(), 0, types, i * tokens, tokens);
      }
      writer.put("input_ids", TensorData.ofLongs(ids, sentences.size(), tokens));
      writer.put("attention_mask", TensorData.ofLongs(mask, sentences.size(), tokens));
      writer.put("token_type_ids", TensorData.ofLongs(types, sentences.size(), tokens));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

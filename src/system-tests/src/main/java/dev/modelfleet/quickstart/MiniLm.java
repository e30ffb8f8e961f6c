package dev.modelfleet.quickstart;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The sample's model: the sentence encoder all-MiniLM-L6-v2 and its tokenizer, from the package
 * that ships them.
 */
public final class MiniLm implements AutoCloseable {

  /** Tokens in a sample; shorter sentences are padded, longer ones cut. */
  public static final int TOKENS = 64;

  /** Length of an embedding. */
  public static final int DIMENSIONS = 384;

  private static final String MODEL = "/all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";

  private final HuggingFaceTokenizer tokenizer;

  /** Loads the tokenizer. */
  public MiniLm() {
    try (InputStream json = resource(TOKENIZER)) {
      tokenizer =
          HuggingFaceTokenizer.newInstance(
              json,
              Map.of(
                  "padding",
                  "max_length",
                  "truncation",
                  "true",
                  "maxLength",
                  Integer.toString(TOKENS),
                  "modelMaxLength",
                  Integer.toString(TOKENS)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot load " + TOKENIZER, e);
    }
  }

  /** Writes the model's ONNX file. */
  public static Path writeModel(Path directory) throws IOException {
    Path file = directory.resolve("model.onnx");
    try (InputStream model = resource(MODEL)) {
      Files.copy(model, file);
    }
    return file;
  }

  /**
   * The model's inputs for sentences.
   *
   * @return arrays of shape [sentences, {@value #TOKENS}], row-major, by input name
   */
  public SequencedMap<String, long[]> tokens(List<String> sentences) {
    long[] ids = new long[sentences.size() * TOKENS];
    long[] mask = new long[ids.length];
    long[] types = new long[ids.length];
    for (int i = 0; i < sentences.size(); i++) {
      Encoding encoding = tokenizer.encode(sentences.get(i));
      System.arraycopy(encoding.getIds(), 0, ids, i * TOKENS, TOKENS);
      System.arraycopy(encoding.getAttentionMask(), 0, mask, i * TOKENS, TOKENS);
      System.arraycopy(encoding.getTypeIds(), 0, types, i * TOKENS, TOKENS);
    }
    // In the model's order, so that the same sentences give the same file.
    SequencedMap<String, long[]> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", ids);
    inputs.put("attention_mask", mask);
    inputs.put("token_type_ids", types);
    return inputs;
  }

  /**
   * One sentence's embedding: the mean of its tokens' vectors.
   *
   * @param vectors the model's output for one sentence, [{@value #TOKENS}, {@value #DIMENSIONS}]
   *     row-major
   * @param mask 1 for a token of the sentence, 0 for padding
   */
  public static float[] embedding(float[] vectors, long[] mask) {
    float[] sum = new float[DIMENSIONS];
    int kept = 0;
    for (int token = 0; token < TOKENS; token++) {
      if (mask[token] == 0) {
        continue;
      }
      kept++;
      for (int i = 0; i < DIMENSIONS; i++) {
        sum[i] += vectors[token * DIMENSIONS + i];
      }
    }
    for (int i = 0; i < DIMENSIONS; i++) {
      sum[i] /= kept;
    }
    return sum;
  }

  /** Cosine of the angle between two vectors. */
  public static double cosine(float[] a, float[] b) {
    double dot = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
    }
    return dot / Math.sqrt(squaresA * squaresB);
  }

  private static InputStream resource(String name) {
    InputStream stream = MiniLm.class.getResourceAsStream(name);
    if (stream == null) {
      throw new IllegalStateException(name + " is not on the class path: add the model's package");
    }
    return stream;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}

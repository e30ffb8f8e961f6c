package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;

/** What executes the model. */
@ApiObject
public record Engine(
    @Required @JsonPropertyDescription("The engine: ONNXRuntime.") Name name,
    @Default("CPU")
        @JsonPropertyDescription(
            """
            Part of the engine that computes: CPU, CUDA or OpenVINO. The last two need a runtime \
            image that has them; without it the variant's condition Proven turns False with reason \
            ProviderUnavailable.\
            """)
        ExecutionProvider executionProvider) {

  /** Engines. */
  public enum Name {
    /** ONNX Runtime; variants are ONNX files. */
    @JsonProperty("ONNXRuntime")
    ONNX_RUNTIME("ONNXRuntime");

    private final String text;

    Name(String text) {
      this.text = text;
    }

    /** The name as the API writes it. */
    public String text() {
      return text;
    }
  }

  /** Parts of ONNX Runtime that compute. */
  public enum ExecutionProvider {
    /** The CPU. */
    @JsonProperty("CPU")
    CPU("CPU"),
    /** NVIDIA GPUs by CUDA. */
    @JsonProperty("CUDA")
    CUDA("CUDA"),
    /** Intel's processors by OpenVINO. */
    @JsonProperty("OpenVINO")
    OPENVINO("OpenVINO");

    private final String text;

    ExecutionProvider(String text) {
      this.text = text;
    }

    /** The name as the API writes it. */
    public String text() {
      return text;
    }
  }
}

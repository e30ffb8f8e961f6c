package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Where samples are. */
@ApiObject
@ValidationRule(
    value = Formats.PINNED,
    fieldPath = ".digest",
    reason = "FieldValueRequired",
    message =
        """
        digest is required with https:// and pvc:// URIs, because what they name can change: \
        add digest: sha256:… as printed by sha256sum on the file\
        """)
@ValidationRule(value = Formats.ONE_DIGEST, message = Formats.ONE_DIGEST_MESSAGE)
public record Dataset(
    @Required
        @Size(min = 8, max = 2048)
        @Pattern(Formats.SOURCE_URI)
        @JsonPropertyDescription(
            """
            Where the data set is: oci://host[:port]/repository:tag (or @sha256:…), \
            https://host/path or pvc://claim/path. It is an .npz file with one array for each \
            input of the model, named as the input, the first axis counting samples; and, for \
            metrics that need labels, an integer array named labels. Or a tar archive (.tar, \
            .tar.gz; or the files of an OCI artifact) of ONNX test data \
            (test_data_set_*/input_*.pb), or of images with a file dataset.yaml that says how \
            they are read. Example: \
            oci://registry.example.com/datasets/minilm-evaluation:1.0.0\
            """)
        String uri,
    @Size(min = 71, max = 71)
        @Pattern(Formats.DIGEST)
        @JsonPropertyDescription(
            """
            SHA-256 digest that what is fetched must have: of the OCI manifest for oci://, of the \
            file's bytes otherwise. Required with https:// and pvc://, optional with oci://. \
            Example: sha256: followed by 64 hexadecimal digits.\
            """)
        String digest) {}

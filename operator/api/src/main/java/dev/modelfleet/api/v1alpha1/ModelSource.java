package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Where the original model is. */
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
@ValidationRule(
    value = "!has(self.pullSecretRef) || self.uri.startsWith('oci://')",
    fieldPath = ".pullSecretRef",
    reason = "FieldValueForbidden",
    message =
        """
        pullSecretRef applies to oci:// URIs only: remove it, or push the model to a registry and \
        name it by an oci:// URI\
        """)
public record ModelSource(
    @Required
        @Size(min = 8, max = 2048)
        @Pattern(Formats.SOURCE_URI)
        @JsonPropertyDescription(
            """
            Where the original ONNX model is. One of oci://host[:port]/repository:tag (or \
            @sha256:…), https://host/path and pvc://claim/path (a file on a PersistentVolumeClaim \
            of the same namespace). A tag is resolved to its digest once for each generation of \
            the spec. Example: oci://registry.example.com/models/minilm:1.0.0\
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
        String digest,
    @JsonPropertyDescription(
            """
            Secret of type kubernetes.io/dockerconfigjson in the same namespace, with credentials \
            for the registry. Only with oci:// URIs. Anonymous access unless given.\
            """)
        LocalReference pullSecretRef) {}

package dev.modelfleet.api.crd;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes the CRD manifests from the Java types. */
final class CrdManifests {

  /** Every kind of the API. */
  static final List<Class<? extends CustomResource<?, ?>>> KINDS =
      List.of(
          ModelDeployment.class,
          CompressionPolicy.class,
          HardwareTarget.class,
          ModelVariant.class,
          EdgeCluster.class,
          EdgeDeployment.class);

  private static final String HEADER =
      "# Generated from operator/api; never edited. To make it anew: "
          + Regeneration.COMMAND
          + "\n";

  /** YAML that reads the same under YAML 1.1 and 1.2: True and the like are quoted as texts. */
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .addModule(new SimpleModule().addSerializer(Double.class, new WholeNumbers()))
          .build();

  private CrdManifests() {}

  /** The definitions, in the order of {@link #KINDS}. */
  static List<CustomResourceDefinition> definitions() {
    Completion completion = new Completion();
    new CRDGenerator()
        .withOutput(new NoOutput())
        .withPostProcessor(completion)
        .customResourceClasses(List.copyOf(KINDS))
        .generate();
    List<String> kinds = KINDS.stream().map(Class::getSimpleName).toList();
    return completion.crds.stream()
        .sorted(Comparator.comparingInt(crd -> kinds.indexOf(crd.getSpec().getNames().getKind())))
        .toList();
  }

  /** File name to content, for {@code crds/}. */
  static SortedMap<String, String> generate() {
    SortedMap<String, String> files = new TreeMap<>();
    definitions()
        .forEach(crd -> files.put(crd.getMetadata().getName() + ".yaml", HEADER + yaml(crd)));
    files.put("kustomization.yaml", kustomization(files.keySet().stream()));
    return files;
  }

  private static String yaml(CustomResourceDefinition crd) {
    try {
      return YAML.writeValueAsString(crd);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + crd.getMetadata().getName(), e);
    }
  }

  private static String kustomization(Stream<String> files) {
    StringBuilder yaml =
        new StringBuilder(HEADER)
            .append("apiVersion: kustomize.config.k8s.io/v1beta1\n")
            .append("kind: Kustomization\n")
            .append("resources:\n");
    files.forEach(file -> yaml.append("  - ").append(file).append('\n'));
    return yaml.toString();
  }

  /** What the generator can't express by annotations. */
  private static final class Completion implements CRDPostProcessor {

    private final List<CustomResourceDefinition> crds = new ArrayList<>();

    @Override
    public HasMetadata process(HasMetadata resource, String crdVersion) {
      CustomResourceDefinition crd = (CustomResourceDefinition) resource;
      Class<?> type = typeOf(crd.getSpec().getNames().getKind());
      crd.getSpec()
          .getVersions()
          .forEach(
              version -> {
                sortAsDeclared(version.getAdditionalPrinterColumns(), type);
                SchemaCompletion.complete(version.getSchema().getOpenAPIV3Schema(), type);
              });
      crds.add(crd);
      return crd;
    }

    private static Class<?> typeOf(String kind) {
      return KINDS.stream()
          .filter(type -> type.getSimpleName().equals(kind))
          .findFirst()
          .orElseThrow();
    }

    private static void sortAsDeclared(
        List<CustomResourceColumnDefinition> columns, Class<?> type) {
      List<String> names =
          Stream.of(type.getAnnotationsByType(AdditionalPrinterColumn.class))
              .map(AdditionalPrinterColumn::name)
              .toList();
      List<CustomResourceColumnDefinition> sorted = new ArrayList<>(columns);
      sorted.sort(Comparator.comparingInt(column -> names.indexOf(column.getName())));
      columns.clear();
      columns.addAll(sorted);
    }
  }

  /** Limits are whole numbers and are written as such: 10, not 10.0. */
  private static final class WholeNumbers extends StdSerializer<Double> {

    private static final long serialVersionUID = 1L;

    private WholeNumbers() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator yaml, SerializerProvider provider)
        throws IOException {
      if (value % 1 == 0) {
        yaml.writeNumber(value.longValue());
      } else {
        yaml.writeNumber(value);
      }
    }
  }

  /** The manifests are taken from the {@link Completion}; what the generator writes is dropped. */
  private static final class NoOutput implements CRDGenerator.CRDOutput<OutputStream> {

    @Override
    public OutputStream outputFor(String crdName) {
      return OutputStream.nullOutputStream();
    }

    @Override
    public void close() {}
  }
}

package dev.modelfleet.api.crd;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.EdgeCluster;
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
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
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
          EdgeCluster.class);

  private static final String HEADER =
      "# Generated from operator/api; never edited. To make it anew: "
          + Regeneration.COMMAND
          + "\n";

  private CrdManifests() {}

  /** File name to content, for {@code crds/}. */
  static SortedMap<String, String> generate() {
    Output output = new Output();
    new CRDGenerator()
        .withOutput(output)
        .withMinQuotes(true)
        .withPostProcessor(new Completion())
        .customResourceClasses(List.copyOf(KINDS))
        .generate();
    SortedMap<String, String> files = new TreeMap<>();
    output.crds.forEach(
        (name, bytes) ->
            files.put(
                name.replaceFirst("-v1$", "") + ".yaml",
                withHeader(bytes.toString(StandardCharsets.UTF_8))));
    files.put("kustomization.yaml", kustomization(files.keySet().stream()));
    return files;
  }

  private static String withHeader(String yaml) {
    return HEADER + yaml.substring(yaml.indexOf('\n') + 1);
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

  /** Keeps the manifests in memory. */
  private static final class Output implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {

    private final SortedMap<String, ByteArrayOutputStream> crds = new TreeMap<>();

    @Override
    public ByteArrayOutputStream outputFor(String crdName) {
      return crds.computeIfAbsent(crdName, name -> new ByteArrayOutputStream());
    }

    @Override
    public void close() {
      crds.clear();
    }
  }
}

package dev.modelfleet.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.Test;

class AppliedStateTest {

  private final AppliedState state = new AppliedState(new KubernetesSerialization());

  @Test
  void whatOthersAddIsNotADifference() {
    Deployment actual =
        deployment("1000m")
            .edit()
            .editMetadata()
            .addToLabels("someone", "else")
            .withResourceVersion("7")
            .endMetadata()
            .editSpec()
            .withProgressDeadlineSeconds(600)
            .editTemplate()
            .editSpec()
            .addToContainers(0, new ContainerBuilder().withName("sidecar").build())
            .withDnsPolicy("ClusterFirst")
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();

    assertThat(state.differs(deployment("1000m"), actual)).isFalse();
  }

  @Test
  void equalQuantitiesInOtherWordsAreNoDifference() {
    assertThat(state.differs(deployment("1000m"), deployment("1"))).isFalse();
    assertThat(state.differs(deployment("1000m"), deployment("2"))).isTrue();
  }

  @Test
  void changedAndRemovedFieldsAreDifferences() {
    Deployment image = deployment("1");
    image.getSpec().getTemplate().getSpec().getContainers().getFirst().setImage("other");
    Deployment without = deployment("1");
    without.getSpec().getTemplate().getSpec().getContainers().clear();
    Deployment replicas = deployment("1");
    replicas.getSpec().setReplicas(9);

    assertThat(state.differs(deployment("1"), image)).isTrue();
    assertThat(state.differs(deployment("1"), without)).isTrue();
    assertThat(state.differs(deployment("1"), replicas)).isTrue();
  }

  private static Deployment deployment(String cpu) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName("d")
        .addToLabels("a", "b")
        .endMetadata()
        .withNewSpec()
        .withReplicas(2)
        .withNewTemplate()
        .withNewSpec()
        .addNewContainer()
        .withName("serve")
        .withImage("image")
        .withArgs("serve", "--name", "m")
        .withNewResources()
        .addToRequests("cpu", new Quantity(cpu))
        .endResources()
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }
}

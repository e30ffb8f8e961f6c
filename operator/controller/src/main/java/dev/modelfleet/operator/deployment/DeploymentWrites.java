package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.VariantArtifact;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.apply.ServerSideApply;
import dev.modelfleet.operator.deployment.decide.Autoscalers;
import dev.modelfleet.operator.deployment.decide.DeploymentDecision;
import dev.modelfleet.operator.deployment.decide.DeploymentFacts;
import dev.modelfleet.operator.deployment.decide.HostPlan;
import dev.modelfleet.operator.deployment.decide.RevisionRecords;
import dev.modelfleet.operator.deployment.decide.ServingObjects;
import dev.modelfleet.operator.deployment.decide.TargetPlan;
import dev.modelfleet.operator.deployment.decide.TargetServing;
import dev.modelfleet.operator.deployment.decide.WorkloadFacts;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the cluster hold what was decided for a ModelDeployment; writes only what differs. */
final class DeploymentWrites {

  private static final Logger LOG = LoggerFactory.getLogger(DeploymentWrites.class);

  private static final String HAND_OVER_MANAGER = "modelfleet-autoscaling";

  private final KubernetesClient client;
  private final ServerSideApply apply;
  private final ServerSideApply handOver;
  private final TakenNames names;
  private final VariantClaims claims;
  private final ServingObjects serving;
  private final EdgeDeploymentWrites members;
  private final RouteWrites routes;

  /**
   * Writes.
   *
   * @param wake lets a ModelDeployment be looked at again
   */
  DeploymentWrites(
      OperatorContext operator, TakenNames names, RouteReader routes, Consumer<ResourceID> wake) {
    this.client = operator.client();
    this.apply = operator.apply();
    this.handOver = new ServerSideApply(operator.client(), HAND_OVER_MANAGER);
    this.names = names;
    this.claims = new VariantClaims(operator.client(), wake);
    this.serving = new ServingObjects(operator.pods(), operator.settings().pushSecret());
    this.members = new EdgeDeploymentWrites(operator, serving);
    this.routes = new RouteWrites(operator.client(), operator.apply(), routes);
  }

  void write(DeploymentFacts facts, DeploymentDecision decision, Context<ModelDeployment> context) {
    keepRevision(facts, decision, context);
    claimVariants(facts, decision, context);
    routes.write(facts, decision, context);
    serve(facts, decision, context);
    names.settle(facts.deployment());
    members.write(facts, decision);
    removeOrphans(facts, context);
    forget(facts, decision, context);
  }

  private void keepRevision(
      DeploymentFacts facts, DeploymentDecision decision, Context<ModelDeployment> context) {
    if (decision.update() == null) {
      return;
    }
    ControllerRevision desired = RevisionRecords.write(facts.deployment(), decision.update());
    apply(desired, named(facts, context, ControllerRevision.class, desired), context);
  }

  private void claimVariants(
      DeploymentFacts facts, DeploymentDecision decision, Context<ModelDeployment> context) {
    String namespace = facts.deployment().getMetadata().getNamespace();
    decision
        .variants()
        .forEach(
            (name, spec) -> {
              if (!facts.variants().containsKey(name)) {
                ResourceID id = new ResourceID(name, namespace);
                claims.claim(
                    facts.deployment(),
                    name,
                    spec,
                    () -> DeploymentFactsReader.cached(context, id));
              }
            });
  }

  private void serve(
      DeploymentFacts facts, DeploymentDecision decision, Context<ModelDeployment> context) {
    for (TargetServing target : decision.servings()) {
      if (target.plan() != null && target.plan().inMembers()) {
        removeFromHub(facts, target, context);
        continue;
      }
      if (!target.hosts().isEmpty()) {
        host(facts, target, context);
      } else if (target.plan() != null && artifact(facts, target.plan()).isPresent()) {
        HasMetadata workload =
            serving.workload(
                facts.deployment(),
                target,
                artifact(facts, target.plan()).get(),
                decision.paused());
        applyWorkload(workload, actual(facts, target, workload), context);
        removeOtherKind(facts, target);
      } else {
        continue;
      }
      Service service = serving.service(facts.deployment(), target.plan());
      apply(service, named(facts, context, Service.class, service), context);
      budgetDisruptions(facts, target, context);
      autoscale(facts, target, context);
    }
  }

  /**
   * Applies what serves a target; before an autoscaler is to set its pods, it gets what is there.
   */
  private void applyWorkload(
      HasMetadata workload, Optional<HasMetadata> there, Context<ModelDeployment> context) {
    there
        .flatMap(object -> Autoscalers.handOver(workload, object))
        .ifPresent(replicas -> handOver.apply(replicas, Optional.empty()));
    apply(workload, there, context);
  }

  private void autoscale(
      DeploymentFacts facts, TargetServing target, Context<ModelDeployment> context) {
    Autoscalers.autoscaler(facts.deployment(), target.plan())
        .ifPresentOrElse(
            wanted ->
                apply(
                    wanted, named(facts, context, HorizontalPodAutoscaler.class, wanted), context),
            () -> autoscalers(facts, target, context).forEach(this::remove));
  }

  private static Stream<HorizontalPodAutoscaler> autoscalers(
      DeploymentFacts facts, TargetServing target, Context<ModelDeployment> context) {
    String name = target.target().name();
    return DeploymentFactsReader.owned(facts.deployment(), context, HorizontalPodAutoscaler.class)
        .filter(object -> object.getMetadata().getDeletionTimestamp() == null)
        .filter(object -> name.equals(object.getMetadata().getLabels().get(Labels.TARGET)));
  }

  /** Several pods behind one Service are not all to go when nodes are drained. */
  private void budgetDisruptions(
      DeploymentFacts facts, TargetServing target, Context<ModelDeployment> context) {
    PodDisruptionBudget budget = serving.disruptionBudget(facts.deployment(), target.plan());
    Optional<PodDisruptionBudget> there = named(facts, context, PodDisruptionBudget.class, budget);
    boolean several =
        target.plan().mode() == Placement.Mode.REPLICAS
            && Autoscalers.mostReplicas(facts.deployment(), target) > 1;
    if (several) {
      apply(budget, there, context);
    } else {
      there.ifPresent(this::remove);
    }
  }

  /** The objects of a target of which several may be needed for a while. */
  private void host(DeploymentFacts facts, TargetServing target, Context<ModelDeployment> context) {
    List<WorkloadFacts> workloads =
        facts.workloads().getOrDefault(target.target().name(), List.of());
    for (HostPlan host : target.hosts()) {
      Optional<HasMetadata> there =
          workloads.stream()
              .filter(workload -> (workload.replicas() == null) == (host.replicas() == null))
              .map(WorkloadFacts::object)
              .filter(object -> object.getMetadata().getName().equals(host.name()))
              .findFirst();
      artifact(facts, host.plan())
          .ifPresent(
              artifact ->
                  applyWorkload(
                      serving.host(facts.deployment(), host, artifact, there.orElse(null)),
                      there,
                      context));
    }
    Set<String> names = target.hosts().stream().map(HostPlan::name).collect(Collectors.toSet());
    workloads.stream()
        .map(WorkloadFacts::object)
        .filter(object -> !names.contains(object.getMetadata().getName()))
        .forEach(this::remove);
  }

  private static Optional<VariantArtifact> artifact(DeploymentFacts facts, TargetPlan plan) {
    return Optional.ofNullable(facts.variants().get(plan.variant()))
        .map(ModelVariant::getStatus)
        .map(ModelVariantStatus::artifact);
  }

  /** What served a target in the hub before its HardwareTarget named member clusters. */
  private void removeFromHub(
      DeploymentFacts facts, TargetServing target, Context<ModelDeployment> context) {
    String name = target.target().name();
    facts.workloads().getOrDefault(name, List.of()).forEach(w -> remove(w.object()));
    DeploymentFactsReader.owned(facts.deployment(), context, Service.class)
        .filter(service -> service.getMetadata().getDeletionTimestamp() == null)
        .filter(service -> name.equals(service.getMetadata().getLabels().get(Labels.TARGET)))
        .forEach(this::remove);
    autoscalers(facts, target, context).forEach(this::remove);
  }

  private static Optional<HasMetadata> actual(
      DeploymentFacts facts, TargetServing target, HasMetadata desired) {
    return facts.workloads().getOrDefault(target.target().name(), List.of()).stream()
        .map(WorkloadFacts::object)
        .filter(object -> object.getKind().equals(desired.getKind()))
        .filter(object -> sameName(object, desired))
        .findFirst();
  }

  private void removeOtherKind(DeploymentFacts facts, TargetServing target) {
    boolean perNode = target.plan().mode() == Placement.Mode.PER_NODE;
    facts.workloads().getOrDefault(target.target().name(), List.of()).stream()
        .filter(workload -> (workload.replicas() == null) != perNode)
        .forEach(workload -> remove(workload.object()));
  }

  /** What serves targets that the spec no longer has. */
  private void removeOrphans(DeploymentFacts facts, Context<ModelDeployment> context) {
    Set<String> targets =
        facts.deployment().getSpec().targets().stream()
            .map(DeploymentTarget::name)
            .collect(Collectors.toSet());
    facts.workloads().entrySet().stream()
        .filter(entry -> !targets.contains(entry.getKey()))
        .flatMap(entry -> entry.getValue().stream())
        .forEach(workload -> remove(workload.object()));
    Stream.of(Service.class, PodDisruptionBudget.class, HorizontalPodAutoscaler.class)
        .<HasMetadata>flatMap(
            kind -> DeploymentFactsReader.owned(facts.deployment(), context, kind))
        .filter(object -> object.getMetadata().getDeletionTimestamp() == null)
        .filter(object -> !targets.contains(object.getMetadata().getLabels().get(Labels.TARGET)))
        .forEach(this::remove);
  }

  /** Revisions and variants that are no longer kept. */
  private void forget(
      DeploymentFacts facts, DeploymentDecision decision, Context<ModelDeployment> context) {
    DeploymentFactsReader.owned(facts.deployment(), context, ControllerRevision.class)
        .filter(
            revision ->
                !decision
                    .keptRevisions()
                    .contains(revision.getMetadata().getLabels().get(Labels.REVISION)))
        .forEach(this::remove);
    for (ModelVariant variant : facts.variants().values()) {
      if (!decision.keptVariants().contains(variant.getMetadata().getName())) {
        claims.release(facts.deployment(), variant);
      }
    }
  }

  /** Applies, and lets the caches hold the outcome at once: the next look is not to repeat it. */
  private void apply(
      HasMetadata desired,
      Optional<? extends HasMetadata> actual,
      Context<ModelDeployment> context) {
    ModelDeployment deployment = context.getPrimaryResource();
    boolean mayTake = actual.isPresent() || names.isDoubted(deployment);
    try {
      apply
          .applied(desired, actual, mayTake)
          .ifPresent(applied -> RecentWrites.keep(applied, actual, context));
    } catch (KubernetesClientException e) {
      if (!mayTake && e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        names.doubt(deployment);
      }
      throw e;
    }
  }

  private static <T extends HasMetadata> Optional<T> named(
      DeploymentFacts facts, Context<ModelDeployment> context, Class<T> kind, T desired) {
    return DeploymentFactsReader.owned(facts.deployment(), context, kind)
        .filter(object -> sameName(object, desired))
        .findFirst();
  }

  private static boolean sameName(HasMetadata one, HasMetadata other) {
    return one.getMetadata().getName().equals(other.getMetadata().getName());
  }

  private void remove(HasMetadata object) {
    LOG.info(
        "removing {} {}/{}: nothing needs it",
        object.getKind(),
        object.getMetadata().getNamespace(),
        object.getMetadata().getName());
    client.resource(object).delete();
  }
}

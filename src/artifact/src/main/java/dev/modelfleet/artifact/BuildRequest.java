package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a build Job is asked for, as the JSON value of the environment variable {@value
 * #ENVIRONMENT_VARIABLE}. It holds no secrets: credentials are mounted.
 *
 * @param key content key of the variant: equal requests have equal keys
 * @param name human-readable name of the model, used for the served model's name
 * @param model the original model: an ONNX file, alone or with external data
 * @param recipes ways to compress it, in order of preference; may be empty with fallback Original
 * @param excludedRecipes names of recipes that an earlier attempt ruled out on the device
 * @param calibration data for static quantization, in the format of {@link Evaluation#dataset};
 *     null where no recipe needs it
 * @param evaluation how accuracy is measured; null where no accuracy gate is set
 * @param gates what the result must hold
 * @param search how the recipe to use is found
 * @param fallback what is used when no recipe passes
 * @param target the class of device
 * @param publication where the result goes
 * @param seed seed of everything random
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BuildRequest(
    String key,
    String name,
    Source model,
    List<Recipe> recipes,
    List<String> excludedRecipes,
    Source calibration,
    Evaluation evaluation,
    Gates gates,
    Search search,
    Fallback fallback,
    TargetProfile target,
    Publication publication,
    long seed) {

  /** Name of the environment variable that carries the request. */
  public static final String ENVIRONMENT_VARIABLE = "MODELFLEET_BUILD_REQUEST";

  public BuildRequest {
    recipes = recipes == null ? List.of() : List.copyOf(recipes);
    excludedRecipes = excludedRecipes == null ? List.of() : List.copyOf(excludedRecipes);
    gates = gates == null ? new Gates(null, null, null, null) : gates;
    search = search == null ? Search.ORDERED : search;
    fallback = fallback == null ? Fallback.REJECT : fallback;
  }
}

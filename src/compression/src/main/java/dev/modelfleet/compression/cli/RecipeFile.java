package dev.modelfleet.compression.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads recipes from YAML or JSON: one recipe ({@code name}, {@code steps}), a list {@code
 * recipes}, or a CompressionPolicy manifest, whose {@code spec.recipes} are taken.
 */
final class RecipeFile {

  private static final ObjectMapper YAML = new YAMLMapper();

  private RecipeFile() {}

  static List<Recipe> read(Path file) {
    try {
      JsonNode root = YAML.readTree(Files.readString(file));
      JsonNode holder =
          root.path("kind").asText().equals("CompressionPolicy") ? root.path("spec") : root;
      JsonNode list = holder.path("recipes");
      List<Recipe> recipes = new ArrayList<>();
      if (list.isArray()) {
        for (JsonNode recipe : list) {
          recipes.add(ContractJson.read(recipe.toString(), Recipe.class));
        }
      } else {
        recipes.add(ContractJson.read(holder.toString(), Recipe.class));
      }
      if (recipes.isEmpty()) {
        throw new RecipeFileException(file + " holds no recipes", null);
      }
      return recipes;
    } catch (JsonProcessingException e) {
      throw new RecipeFileException(file + " is no YAML: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new RecipeFileException(file + " can't be read: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new RecipeFileException(file + ": " + e.getMessage(), e);
    }
  }
}

package dev.modelfleet.compression.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.Trial;
import java.util.List;

/**
 * {@code report.json} of a run on the command line.
 *
 * @param model path of the original
 * @param sourceSize bytes of the original with its external data
 * @param originalLatency of the original here; null where no evaluation data was given
 * @param gates what had to hold
 * @param recipe the accepted recipe; null where none was
 * @param trials every recipe in the order tried
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CompressReport(
    String model,
    long sourceSize,
    Latency originalLatency,
    Gates gates,
    String recipe,
    List<Trial> trials) {}

/** The ONNX compression engine. */
package dev.modelfleet.compression;

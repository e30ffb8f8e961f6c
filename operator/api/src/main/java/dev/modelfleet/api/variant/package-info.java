/**
 * From a model, a policy and a target to the variant that they ask for and its content key: pure
 * functions, which the operator and {@code kubectl modelfleet plan} share.
 */
package dev.modelfleet.api.variant;

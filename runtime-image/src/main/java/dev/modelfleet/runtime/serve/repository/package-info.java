/** Model repositories in Triton's layout. */
package dev.modelfleet.runtime.serve.repository;

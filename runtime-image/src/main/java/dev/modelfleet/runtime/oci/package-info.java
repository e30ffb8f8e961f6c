/**
 * OCI registries: the part of the distribution protocol that models need ({@link
 * dev.modelfleet.runtime.oci.RegistryClient}), artifacts of files, variants as mountable images,
 * and safe unpacking. Failures are {@link dev.modelfleet.runtime.remote.RemoteException}s; what
 * they mean depends on who asked, see {@link dev.modelfleet.runtime.RemoteFailures}.
 */
package dev.modelfleet.runtime.oci;

package dev.modelfleet.compression.prune;

/**
 * Channels that can only be removed together.
 *
 * @param root the atom that stands for them
 * @param family number of the set of groups that lie along the same axes of the same constants and
 *     of which some number is kept
 * @param width positions along the axis of a product that the group takes: 1 for a channel, the
 *     width of a head for an attention head
 */
record ChannelGroup(int root, int family, int width) {}

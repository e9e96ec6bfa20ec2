"""Statistics: mergeable histograms, distances, intervals. Pure."""

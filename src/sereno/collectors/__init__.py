"""Meters of this machine: GPUs by NVML and the kernel's sysfs, processor packages by RAPL.

A collector is made only where its hardware answers, so what is absent has no figures. Each read is a handful of small
files or library calls; one that fails leaves its figure out and never raises.
"""

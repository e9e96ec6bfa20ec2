"""The sections of the settings, a file each: their fields carry kind, help, default and option."""

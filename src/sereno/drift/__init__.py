"""Drift that can be believed: features, frozen references, verdicts that say when there is too little to tell. Pure."""

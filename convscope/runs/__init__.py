"""Run directories: what a training writes as it goes, so that it can be watched, stopped, killed and continued."""

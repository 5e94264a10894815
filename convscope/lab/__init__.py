"""The lab: a server on this machine for the lab's page, its workbench, and the trainings started from there."""

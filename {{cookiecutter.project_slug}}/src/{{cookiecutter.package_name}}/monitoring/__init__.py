"""Monitoring: checks of a project's inputs and predictions against their own history."""

"""Briefings for heads of cities and regions: one model, four writers."""

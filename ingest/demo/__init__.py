"""A made-up country for the first look: appeals of three years with known stories in them, no real person's word."""

"""Colours of the briefing: those of the app's light theme."""

TEXT, SECOND, CONTEXT, LINE, PANEL = "#16202A", "#4F5D6A", "#8896A3", "#D5DBE1", "#F4F6F8"
DATA, ATTENTION, BAD, GOOD = "#0B5CAD", "#B54A00", "#B3261E", "#00695C"
TONES = {"neutral": SECOND, "good": GOOD, "bad": BAD}
ROLES = {"data": DATA, "limit": ATTENTION, "context": CONTEXT}

"""The label vocabulary. It must agree with the `heads` of every model.json this package writes and with the project's label columns."""

EXPRESSIONS = ("Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Contempt")
VALENCE_AROUSAL = ("valence", "arousal")
ACTION_UNITS = ("AU1", "AU2", "AU4", "AU6", "AU7", "AU10", "AU12", "AU15", "AU23", "AU24", "AU25", "AU26")

#: Task name -> its label names. A sample's labels are float32 rows of this width, NaN where the sample does not hold the label.
TASKS = {"expression": EXPRESSIONS, "va": VALENCE_AROUSAL, "au": ACTION_UNITS}

#: Names other data sets use, in lower case.
EXPRESSION_ALIASES = {
    "neutral": "Neutral", "anger": "Anger", "angry": "Anger", "disgust": "Disgust", "fear": "Fear", "happiness": "Happiness",
    "happy": "Happiness", "sadness": "Sadness", "sad": "Sadness", "surprise": "Surprise", "contempt": "Contempt",
}


def expression_index(name: str) -> int | None:
    """The index of an expression by any of its names, or None for one outside of the eight (Other, unknown, …)."""
    known = EXPRESSION_ALIASES.get(name.strip().lower())
    return None if known is None else EXPRESSIONS.index(known)

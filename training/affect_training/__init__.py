"""Training, evaluation and export of the project's multi-task facial-affect models."""

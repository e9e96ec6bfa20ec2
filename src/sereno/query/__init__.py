"""What API and pages share: parameters, cursors, problem documents, the view of the keeper."""

"""How good answers are: cheap checks of every call, labels, evaluation sets, judges and what their word is worth. Pure.

A check says what is plainly wrong with an answer (`checks`). An evaluation set has items whose answers can be scored
(`eval_set`, `scoring`); a model may judge what no rule can (`judging`), and `correction` says what follows from what it
gets wrong. `accuracy` adds up what is known of a model.
"""

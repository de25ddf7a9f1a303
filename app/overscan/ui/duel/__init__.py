"""The blind duel: two results at a time, without their names, and what the votes come to."""

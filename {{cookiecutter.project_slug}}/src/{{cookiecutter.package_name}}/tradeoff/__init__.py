"""Single-node or distributed training: the experiment over n, k and m, and its conclusions."""

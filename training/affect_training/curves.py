"""A picture of a training: losses on the left, validation figures on the right."""
import pathlib


def draw_curves(log: list[dict], path: pathlib.Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    epochs = [line["epoch"] for line in log]
    names = [name for name in log[-1] if name not in ("epoch", "step", "seconds", "learning_rate")]
    for name in names:
        axes = left if name.startswith("loss_") else right
        axes.plot(epochs, [line.get(name) for line in log], label=name.removeprefix("loss_"))
    left.set_title("training loss by task")
    right.set_title("validation (EMA weights)")
    for axes in (left, right):
        axes.set_xlabel("epoch")
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    plt.close(figure)

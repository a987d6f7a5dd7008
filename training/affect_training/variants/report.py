"""The variants in words: a model card each, and the table of all."""

WORDS = {"fp16": "weights stored as float16, computed in float32", "int8": "8-bit weights and activations"}


def card(contract: dict, original: str, kind: str, megabytes: float) -> str:
    q, lost = contract["quality"], contract["quality"]["against_float32"]
    show = lambda f: f"{f['value']:.3f} [{f['low']:.3f}, {f['high']:.3f}]"
    minus = lambda f: f"{f['value']:+.4f} [{f['low']:+.4f}, {f['high']:+.4f}]"
    rows = [("FER+ test: accuracy", q["expression"]["accuracy"], lost["accuracy"]), ("macro-F1", q["expression"]["macro_f1"], lost["macro_f1"]),
            ("DiffusionFER held out: CCC valence", q["va"]["valence"]["ccc"], lost["ccc_valence"]), ("CCC arousal", q["va"]["arousal"]["ccc"], lost["ccc_arousal"]),
            ("AU mean F1 at 0.5", q["au"]["mean_f1_at_half"], lost["au_f1_at_half"]), ("AU mean F1 at the thresholds", q["au"]["mean_f1"], lost["au_f1"])]
    return "\n".join([
        f"# {contract['name']}", "", f"**{contract['notice']}**", "",
        f"[{original}](../{original}/MODEL_CARD.md) with {WORDS[kind]}: {megabytes:.1f} MB. Data, limits, known failures and licence are that model's; temperatures and thresholds too.",
        f"Made and measured by `python3 -m affect_training.variants` (training/README.md). It names the same expression as the float32 model for {lost['same_expression']:.1%} of the FER+ test faces.", "",
        "| figure | value [95 %] | minus float32 [95 %, paired] |", "|---|---|---|", *[f"| {name} | {show(value)} | {minus(difference)} |" for name, value, difference in rows], ""])


def table(measured: dict[str, dict]) -> str:
    show = lambda f: f"{f['value']:+.4f} [{f['low']:+.4f}, {f['high']:+.4f}]"
    lines = ["| variant | MB | ms a face (best, median) | same expression | accuracy | macro-F1 | CCC valence | CCC arousal | AU F1 at 0.5 | AU F1 at thresholds |", "|---" * 10 + "|"]
    for kind, of in measured.items():
        speed, lost = of["speed"], of.get("against_float32")
        head = f"| {kind} | {of['megabytes']:.2f} | {speed['best']:.2f}, {speed['median']:.2f} | "
        if lost is None:
            q = of["quality"]
            plain = [q["expression"]["accuracy"], q["expression"]["macro_f1"], q["va"]["valence"]["ccc"], q["va"]["arousal"]["ccc"], q["au"]["mean_f1_at_half"], q["au"]["mean_f1"]]
            lines.append(head + "| " + " | ".join(f"{f['value']:.4f}" for f in plain) + " |")
        else:
            names = ("accuracy", "macro_f1", "ccc_valence", "ccc_arousal", "au_f1_at_half", "au_f1")
            lines.append(head + f"{lost['same_expression']:.4f} | " + " | ".join(show(lost[n]) for n in names) + " |")
    return "\n".join(lines)

"""What one would type: two or three lines a verb, shown by `--help`, in docs/cli.md and on the manual page."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "describe": (
        ("convscope describe '[(conv(16, 5) + relu)*2 + maxpool(2)] + fc'", "sizes, parameters and MACs of a formula"),
        ("convscope describe resnet18 --input 3x224x224 --classes 1000", "a plan that has a name"),
        ("convscope describe anybody.onnx --json", "somebody else's network, for a program"),
    ),
    "check": (
        ("convscope check pets", "a folder of pictures, a folder a class"),
        (
            "convscope check photos.zip --label-from '(cat|dog)' --quick",
            "labels from file names, no closer look",
        ),
    ),
    "train": (
        ("convscope train mnist", "99 % of MNIST's test pictures in seconds"),
        ("convscope train pets --out runs/pets", "your own pictures, a folder a class"),
        ("convscope train mnist --arch '(conv(16, 5) + relu)*2 + maxpool(2) + fc' --epochs 3", "your own network"),
        ("convscope train --resume runs/pets", "go on where a training was stopped"),
        ("convscope train --config runs/pets/config.toml --seed 1", "the same again, with another seed"),
    ),
    "evaluate": (
        ("convscope evaluate runs/pets", "the run's own test pictures"),
        ("convscope evaluate model.onnx more-pets --json", "other pictures, for a program"),
    ),
    "predict": (
        ("convscope predict runs/pets cat.jpg scans/*.png", "the likeliest classes of each picture"),
        ("convscope predict runs/pets scans --csv > answers.csv", "a folder, as a table"),
        ("convscope predict runs/pets scans --sort-into sorted", "copies of the pictures, a folder a label"),
        ("convscope predict lite0 photo.jpg", "a network that knows 1,000 things, without a training"),
    ),
    "quantise": (
        ("convscope quantise runs/pets", "writes model.int8.onnx beside model.onnx, unless it loses too much"),
        ("convscope quantise model.onnx pets -o small.onnx --most-loss 0.2", "any model file, by your own measure"),
    ),
    "report": (
        ("convscope report runs/pets", "errors, doubts, robustness, what more pictures would give"),
        ("convscope report runs/pets more-pets -o more.html", "the same on other pictures"),
    ),
    "draw": (
        ("convscope draw slides -o network.svg", "a plan or a formula, in depth"),
        ("convscope draw resnet18 --style graph -o network.pdf", "a box for every layer, for a paper"),
    ),
    "look": (
        ("convscope look runs/pets cat.jpg", "every number of a trained network, in one HTML file"),
        ("convscope look anybody.onnx photo.jpg -o page.html", "of somebody else's network"),
    ),
    "lab": (
        ("convscope lab", "chapters and workbench, in this computer's browser"),
        ("convscope lab --build site", "the chapters as a folder of files, to hand out or to serve"),
    ),
    "serve": (
        ("convscope serve runs/pets", "POST pictures to http://127.0.0.1:8000/predict, JSON comes back"),
        ("convscope serve runs/pets --host 0.0.0.0 --token-file token", "for other machines, which know the token"),
        ("curl -F picture=@cat.jpg http://127.0.0.1:8000/predict", "asks it"),
    ),
    "info": (
        ("convscope info runs/pets", "classes, sizes, how it was trained; the digest verified"),
        ("convscope info anybody.onnx", "what is in somebody else's file"),
        ("convscope info runs/pets --health pets", "dead, saturated and duplicate units over pictures, a line a layer"),
    ),
    "cache": (("convscope cache", "where, and how many bytes"), ("convscope cache --clear", "remove all of it")),
    "doctor": (
        ("convscope doctor", "versions, CPUs, memory, browser, and what is slow here"),
        ("convscope doctor --json", "the same for a bug report or a program"),
    ),
    "completion": (
        ("convscope completion bash > ~/.local/share/bash-completion/completions/convscope", "in every new bash"),
        ("convscope completion zsh > ~/.zfunc/_convscope", "zsh, where fpath has ~/.zfunc"),
        ("convscope completion fish > ~/.config/fish/completions/convscope.fish", "in every new fish"),
    ),
}


def examples_of(verb: str) -> str:
    """Return a verb's examples as the foot of its help: each line with what it is for under it; "" where there is
    none.
    """
    lines = [line for typed, what in EXAMPLES.get(verb, ()) for line in (f"  {typed}", f"      {what}")]
    return "\n".join(["examples:", *lines, ""]) if lines else ""

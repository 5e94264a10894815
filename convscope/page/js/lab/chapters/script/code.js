/**
 * The lecture's training as a script of today's PyTorch, in our own writing: tests/browser/test_lab_script.py runs it.
 */

/** @typedef {import("../../../learn/training.js").Stage} Stage */
/** @typedef {"num_epochs" | "batch_size" | "learning_rate"} Setting */
/**
 * @typedef {object} CodeLine
 * @property {string} id
 * @property {string} code where `{}` stands for the setting
 * @property {Setting} [setting] a number to change
 * @property {number[]} [nodes] the layers that it makes, by their places in the network
 * @property {Stage} [stage] what the page's engine does for it
 */

/** @type {CodeLine[]} */
export const SCRIPT = [
  { id: "import", code: "import torch" },
  { id: "import", code: "from torch import nn" },
  { id: "import", code: "from torch.utils.data import DataLoader" },
  { id: "import", code: "from torchvision import datasets, transforms" },
  { id: "", code: "" },
  { id: "epochs", code: "num_epochs = {}", setting: "num_epochs" },
  { id: "batches", code: "batch_size = {}", setting: "batch_size" },
  { id: "rate", code: "learning_rate = {}", setting: "learning_rate" },
  { id: "device", code: 'device = "cuda" if torch.cuda.is_available() else "cpu"' },
  { id: "", code: "" },
  { id: "tensor", code: "to_tensor = transforms.ToTensor()" },
  { id: "data", code: 'train_set = datasets.MNIST("data", True, to_tensor, download=True)' },
  { id: "test.data", code: 'test_set = datasets.MNIST("data", False, to_tensor)' },
  { id: "loader", code: "train_loader = DataLoader(train_set, batch_size, shuffle=True)" },
  { id: "test.loader", code: "test_loader = DataLoader(test_set, batch_size)" },
  { id: "", code: "" },
  { id: "model", code: "model = nn.Sequential(" },
  { id: "layer", code: "    nn.Conv2d(1, 16, 5), nn.ReLU(),", nodes: [0, 1] },
  { id: "layer", code: "    nn.Conv2d(16, 32, 5), nn.ReLU(),", nodes: [2, 3] },
  { id: "layer", code: "    nn.MaxPool2d(2, 2),", nodes: [4] },
  { id: "layer", code: "    nn.Conv2d(32, 64, 5), nn.ReLU(),", nodes: [5, 6] },
  { id: "layer", code: "    nn.Conv2d(64, 128, 5), nn.ReLU(),", nodes: [7, 8] },
  { id: "layer", code: "    nn.Flatten(),", nodes: [9] },
  { id: "layer", code: "    nn.Linear(128 * 2 * 2, 10),", nodes: [10] },
  { id: "model", code: ").to(device)" },
  { id: "criterion", code: "criterion = nn.CrossEntropyLoss()" },
  { id: "optimizer", code: "optimizer = torch.optim.SGD(model.parameters(), learning_rate)" },
  { id: "", code: "" },
  { id: "epoch", code: "for epoch in range(num_epochs):" },
  { id: "batch", code: "    for i, (images, labels) in enumerate(train_loader):", stage: "batch" },
  { id: "move", code: "        images, labels = images.to(device), labels.to(device)" },
  { id: "zero", code: "        optimizer.zero_grad()", stage: "zero" },
  { id: "forward", code: "        outputs = model(images)", stage: "forward" },
  { id: "loss", code: "        loss = criterion(outputs, labels)", stage: "loss" },
  { id: "backward", code: "        loss.backward()", stage: "backward" },
  { id: "update", code: "        optimizer.step()", stage: "update" },
  { id: "hundred", code: "        if i % 100 == 0:" },
  { id: "print", code: '            print(f"step {i}: loss {loss.item():.4f}")' },
  { id: "", code: "" },
  { id: "mode", code: "model.train(False)" },
  { id: "test", code: "correct = 0" },
  { id: "test", code: "with torch.no_grad():" },
  { id: "test", code: "    for images, labels in test_loader:" },
  { id: "test", code: "        outputs = model(images.to(device))" },
  { id: "test", code: "        right = outputs.argmax(1).cpu() == labels" },
  { id: "test", code: "        correct += right.sum().item()" },
  { id: "accuracy", code: "n = len(test_set)" },
  { id: "accuracy", code: 'print(f"Test Accuracy of the model on the {n} test images: "' },
  { id: "accuracy", code: '      f"{100 * correct / n:f} %")' },
];

/** The lines that every step runs, in their order. */
export const LOOP = SCRIPT.map((_, i) => i).filter((i) =>
  ["batch", "move", "zero", "forward", "loss", "backward", "update", "hundred"].includes(SCRIPT[i].id),
);

/** The lines that the page's engine does stage by stage. */
export const STAGE_LINES = LOOP.filter((i) => SCRIPT[i].stage);

const PRINT = SCRIPT.findIndex(({ id }) => id === "print");
const HUNDRED = LOOP[LOOP.length - 1];

/** The lines after the loop, and the one that prints the accuracy. */
export const TEST = SCRIPT.map((_, i) => i).filter((i) => i > PRINT && SCRIPT[i].code);
export const LAST = TEST[TEST.length - 1];
const ACCURACY = SCRIPT.findIndex(({ code }) => code.startsWith('print(f"Test'));

/**
 * The line that runs after line `at` (−1: before the loop); after the last one it stays.
 * @param {number} at
 * @param {{prints: boolean, over: boolean}} after whether the step that ends here is printed, and whether it is the
 * last
 */
export function lineAfter(at, { prints, over }) {
  if (TEST.includes(at)) return TEST[TEST.indexOf(at) + 1] ?? LAST;
  if (at === HUNDRED && prints) return PRINT;
  if (at === HUNDRED || at === PRINT) return over ? TEST[0] : LOOP[0];
  return LOOP[LOOP.indexOf(at) + 1];
}

/** The line at which a whole step ends. @param {boolean} prints */
export function endOfStep(prints) {
  return prints ? PRINT : HUNDRED;
}

/** Whether at line `at` the last step's loss, or the accuracy, is still to be printed. @param {number} at */
export function isUnprinted(at) {
  return { loss: SCRIPT[at]?.stage === "update" || at === HUNDRED, accuracy: TEST.includes(at) && at < ACCURACY };
}

/** The script as text. @param {Record<Setting, number>} settings */
export function scriptText(settings) {
  return SCRIPT.map(({ code, setting }) => (setting ? code.replace("{}", String(settings[setting])) : code))
    .concat("")
    .join("\n");
}

/** What the script prints after a step, counted from 1; null where it prints nothing.
 * @param {{step: number, loss: number}} line
 * @param {number} perEpoch steps of an epoch
 */
export function printedAfter({ step, loss }, perEpoch) {
  const i = (step - 1) % perEpoch;
  return i % 100 ? null : `step ${i}: loss ${loss.toFixed(4)}`;
}

/** What it prints at its end. @param {number} accuracy 0…1 @param {number} n */
export function printedAtTheEnd(accuracy, n) {
  return `Test Accuracy of the model on the ${n} test images: ${(100 * accuracy).toFixed(6)} %`;
}

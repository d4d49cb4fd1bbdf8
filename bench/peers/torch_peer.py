"""PyTorch on one thread."""

import torch
from peer import digits, labels, pixels, serve, weights
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)


def inference(batch):
    def ready():
        w = {name: torch.from_numpy(value) for name, value in weights().items()}
        x = torch.from_numpy(pixels("test"))

        def predict(x):
            z1 = torch.sigmoid(x @ w["W1"] + w["b1"])
            z2 = torch.sigmoid(z1 @ w["W2"] + w["b2"])
            return torch.softmax(z2 @ w["W3"] + w["b3"], -1)

        def run():
            with torch.inference_mode():
                if batch == 1:
                    return digits([[predict(image).argmax().item()] for image in x])
                return digits([predict(part).argmax(1).numpy() for part in x.split(batch)])

        return run

    return ready


def epoch(layers, optimizer, batch, shape=(784,)):
    def ready():
        x, t = torch.from_numpy(pixels("train").reshape(-1, *shape)), torch.from_numpy(labels())
        model, loss_of = nn.Sequential(*layers()), nn.CrossEntropyLoss()
        steps = optimizer(model.parameters())

        def run():
            order, loss_sum, right = torch.randperm(len(x)), 0.0, 0
            for rows in order.split(batch):
                steps.zero_grad()
                scores = model(x[rows])
                loss = loss_of(scores, t[rows])
                loss.backward()
                steps.step()
                loss_sum += loss.item() * len(rows)
                right += (scores.argmax(1) == t[rows]).sum().item()
            return [loss_sum / len(x), right / len(x)]

        return run

    return ready


WORKS = {f"inference {n} float32": inference(n) for n in (1, 100, 1000)}
small = lambda: [nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10)]
large = lambda: [nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10)]
WORKS["epoch sgd"] = epoch(small, lambda p: torch.optim.SGD(p, 0.1), 100)
WORKS["epoch adam"] = epoch(large, lambda p: torch.optim.Adam(p, fused=True), 32)
convolution = lambda: [
    nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Dropout(0.5), nn.Linear(1600, 10),
]
WORKS["epoch convolution"] = epoch(convolution, lambda p: torch.optim.Adam(p, fused=True), 128, (1, 28, 28))
serve(f"PyTorch {torch.__version__}", WORKS)

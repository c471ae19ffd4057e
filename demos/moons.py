"""micrograd's two moons: a network of 337 scalars learns to tell them apart. `python -m demos.moons`, some seconds."""

from autograd import dot
from nn import MLP, SGD, datasets, hinge
from viz import draw_network, terminal

EPOCHS = 100

inputs, classes = datasets.moons(100, noise=0.1, seed=1)
targets = [2 * c - 1 for c in classes]  # the hinge loss wants −1 and 1
model = MLP(2, [16, 16, 1], activation="relu", seed=1)
optimizer = SGD(model.parameters(), learning_rate=1.0)

losses = []
for epoch in range(EPOCHS):
    scores = [model(row) for row in inputs]
    loss = hinge(scores, targets) + 1e-4 * dot(model.parameters(), model.parameters())
    optimizer.zero_grad()
    loss.backward()
    optimizer.learning_rate = 1.0 - 0.9 * epoch / EPOCHS
    optimizer.step()
    losses.append(loss.data)
    if epoch % 20 == 0 or epoch == EPOCHS - 1:
        right = sum((score.data > 0) == (target > 0) for score, target in zip(scores, targets, strict=True))
        print(f"epoch {epoch:3}: loss {loss.data:.4f}, {right} of {len(inputs)} points right")

print(terminal.loss_curve(losses))
print(terminal.decision_boundary(model, inputs, targets))
print(f"wrote {draw_network(model, inputs).save('moons.svg')}")

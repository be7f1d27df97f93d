"""What a learner writes: one unit, one example, SGD. Its lines stand beside the drawing."""

from autograd_lite import Value, nn
from autograd_lite.context import scope


def trained(steps: int) -> nn.Recorder:
    w, b = Value(0.5, name="w"), Value(0.0, name="b")
    x, y = Value(8.0, name="x").detach(), Value(46.4, name="y").detach()
    sgd = nn.optimizers.SGD(0.001)
    recorder = nn.Recorder(every=1, title="Celsius → Fahrenheit")
    for _ in range(steps):
        y_hat = w * x + b
        y_hat.name = "ŷ"
        with scope("loss"):
            error = y_hat - y
            error.name = "error"
            L = error**2
        L.name = "L"
        w.grad = b.grad = None
        L.backward()
        with recorder.step(L, [w, b], sgd):
            sgd.apply([w.grad, b.grad], [w, b])
    return recorder

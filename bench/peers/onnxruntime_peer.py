"""onnxruntime on one thread."""

import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from peer import digits, pixels, serve, weights


def session():
    nodes, x = [], "x"
    for k, activation in (("1", "Sigmoid"), ("2", "Sigmoid"), ("3", "Softmax")):
        nodes.append(helper.make_node("Gemm", [x, f"W{k}", f"b{k}"], [f"a{k}"]))
        nodes.append(helper.make_node(activation, [f"a{k}"], [f"z{k}"]))
        x = f"z{k}"
    value = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
    stored = [numpy_helper.from_array(w, name) for name, w in weights().items()]
    graph = helper.make_graph(nodes, "network", [value("x", 784)], [value("z3", 10)], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def inference(batch):
    def ready():
        network, x = session(), pixels("test")
        parts = [x[i : i + batch] for i in range(0, len(x), batch)]
        return lambda: digits([network.run(None, {"x": part})[0].argmax(1) for part in parts])

    return ready


WORKS = {f"inference {n} float32": inference(n) for n in (1, 100, 1000)}
serve(f"onnxruntime {onnxruntime.__version__}", WORKS)

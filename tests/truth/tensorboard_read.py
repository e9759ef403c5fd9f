"""Reads the event files of a folder with TensorBoard's own reader and prints
what it found as JSON. Needs the package tensorboard (pip install tensorboard).

    python3 tests/truth/tensorboard_read.py OUT.events
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

# 0: keep everything.
events = EventAccumulator(
    sys.argv[1], size_guidance={"scalars": 0, "images": 0, "tensors": 0}
)
events.Reload()
tags = events.Tags()
curves = {}
for tag in tags["tensors"]:
    plugin = events.SummaryMetadata(tag).plugin_data
    if plugin.plugin_name == "pr_curves":
        value = tensor_util.make_ndarray(events.Tensors(tag)[0].tensor_proto)
        curves[tag] = value.tolist()
pictures = {}
for tag in tags["images"]:
    image = events.Images(tag)[0]
    is_png = image.encoded_image_string[:4] == b"\x89PNG"
    pictures[tag] = [image.width, image.height, is_png]
scalars = {
    tag: [[event.step, event.value] for event in events.Scalars(tag)]
    for tag in tags["scalars"]
}
print(json.dumps({"scalars": scalars, "curves": curves, "pictures": pictures}))

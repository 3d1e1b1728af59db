"""Each generator is recognised by its grammar, and nothing by a name inside other text."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.marks import Signature, grammar, recognise
from provenance.marks.comfy_graph import judge_graph, parse_graph
from provenance.marks.grammar import load_json
from provenance.marks.stable_diffusion import COMMENTS
from provenance.model import VALUE_LIMIT, Origin, Strength

UUID = "2b6e053b-9a65-4ca9-9e13-b6f4465164d4"
A1111 = "a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x64"


def only(*texts: tuple[str, str]) -> Signature:
    found = recognise(texts)
    assert len(found) == 1
    return found[0].signature


def node(kind: str, **inputs: object) -> dict[str, object]:
    return {"class_type": kind, "inputs": inputs}


def graph(*kinds: str) -> str:
    return json.dumps({str(number): node(kind) for number, kind in enumerate(kinds)})


def canvas(*kinds: str, mode: int = 0) -> str:
    return json.dumps({"nodes": [{"type": kind, "mode": mode} for kind in kinds], "links": []})


@pytest.mark.parametrize(
    ("tool", "origin", "texts"),
    [
        ("A1111 family", Origin.AI_GENERATED, [("parameters", A1111)]),
        ("A1111 stable-diffusion-webui", Origin.AI_GENERATED, [("UserComment", A1111 + ", Version: v1.10.1")]),
        ("Forge", Origin.AI_GENERATED, [("parameters", A1111 + ", Version: f2.0.1v1.10.1")]),
        ("SD.Next", Origin.AI_GENERATED, [("parameters", "x\nSteps: 9, Size: 1x1, Seed: 1, App: SD.Next")]),
        ("Civitai", Origin.AI_GENERATED, [("UserComment", A1111 + ', Civitai resources: [{"a":1}]')]),
        ("A1111 family", Origin.AI_EDITED, [("parameters", A1111 + ", Denoising strength: 0.4")]),
        ("A1111 family", Origin.AI_GENERATED,
         [("parameters", A1111 + ", Denoising strength: 0.4, Hires upscale: 2")]),
        ("A1111 family", Origin.AI_EDITED, [("parameters", A1111 + ", Mask blur: 4")]),
        ("A1111 extras", Origin.ENHANCED, [("postprocessing", "Postprocess upscale by: 4, Upscaler: ESRGAN")]),
        ("ComfyUI", Origin.AI_GENERATED, [("prompt", graph("CheckpointLoaderSimple", "KSampler"))]),
        ("ComfyUI", Origin.AI_GENERATED, [("Model", "prompt:" + graph("KSampler"))]),
        ("ComfyUI", Origin.AI_GENERATED, [("Make", "Prompt: " + graph("KSampler"))]),
        ("ComfyUI", Origin.AI_GENERATED,
         [("UserComment", json.dumps({"prompt": json.loads(graph("KSampler")), "workflow": {}}))]),
        ("ComfyUI", Origin.AI_EDITED, [("prompt", graph("LoadImage", "VAEEncode", "KSampler"))]),
        ("ComfyUI", Origin.AI_GENERATED, [("prompt", graph("LoadImage", "ControlNetApply", "KSampler"))]),
        ("ComfyUI", Origin.ENHANCED, [("prompt", graph("LoadImage", "ImageUpscaleWithModel", "SaveImage"))]),
        ("ComfyUI", None, [("prompt", graph("LoadImage", "ImageScale", "KSamplerSelect", "SaveImage"))]),
        ("Civitai", Origin.AI_GENERATED,
         [("UserComment", json.dumps({"1": node("UpscaleModelLoader"), "extraMetadata": '{"prompt": "x"}'}))]),
        ("SwarmUI", Origin.AI_GENERATED, [("parameters", '{"sui_image_params": {"prompt": "x", "seed": 1}}')]),
        ("SwarmUI", Origin.AI_EDITED, [("parameters", '{"sui_image_params": {"initimage": "x"}}')]),
        ("InvokeAI", Origin.AI_GENERATED, [("invokeai_metadata", '{"generation_mode": "sdxl_txt2img"}')]),
        ("InvokeAI", Origin.AI_EDITED, [("invokeai_metadata", '{"generation_mode": "inpaint"}')]),
        ("InvokeAI", Origin.AI_GENERATED, [("Dream", '"a cat" -s 50 -W 512 -H 512 -C 7.5 -A lms -S 123')]),
        ("Fooocus", Origin.AI_GENERATED, [("parameters", '{"base_model": "m", "prompt": "x", "seed": "1"}')]),
        ("RuinedFooocus", Origin.AI_GENERATED, [("parameters", '{"software": "RuinedFooocus", "Prompt": "x"}')]),
        ("diffusers", Origin.AI_GENERATED, [("parameters", '{"prompt": "x", "num_inference_steps": 24}')]),
        ("NovelAI", Origin.AI_GENERATED, [("Comment", '{"signed_hash": "x", "steps": 28}')]),
        ("NovelAI", Origin.AI_EDITED, [("Comment", '{"signed_hash": "x", "request_type": "Img2ImgRequest"}')]),
        ("NovelAI", Origin.AI_GENERATED, [("Software", "NovelAI Diffusion V4.5 4BDE2A90")]),
        ("Easy Diffusion", Origin.AI_GENERATED, [("UserComment", '{"use_stable_diffusion_model": "sd"}')]),
        ("Easy Diffusion", Origin.AI_GENERATED, [("use_stable_diffusion_model", "sd-v1-5")]),
        ("Draw Things", Origin.AI_EDITED,
         [("Software", "Draw Things"), ("Comment", '{"c": "x", "scale": 7, "steps": 8, "strength": 0.5}')]),
        ("dreamina", Origin.AI_GENERATED,
         [("UserComment", json.dumps({"aigc_info": {"aigc_label_type": 0, "source_info": "dreamina"},
                                      "data": {"product": "dreamina", "exportType": "generation"}}))]),
        ("lv", None, [("UserComment", '{"aigc_info": {"aigc_label_type": 0}, "data": {"product": "lv"}}')]),
        ("replicate", Origin.AI_GENERATED,
         [("Comment", '{"description": "MediaProvenance (v1)", "provider": "replicate", "input": {}}')]),
        ("Midjourney", Origin.AI_GENERATED, [("Description", f"a cat --ar 4:3 --v 5.2 Job ID: {UUID}")]),
        ("xAI Grok", Origin.AI_GENERATED,
         [("ImageDescription", "Signature: " + "aB3+" * 20), ("Artist", UUID)]),
        ("Ideogram", Origin.AI_GENERATED, [("Make", "Ideogram AI")]),
        ("Reve", Origin.AI_GENERATED, [("CreatorTool", "reve.com")]),
        ("Luma AI", Origin.AI_GENERATED, [("Source", "Luma AI")]),
        ("Doubao", Origin.AI_GENERATED,
         [("AIGC", '{"Label": "1", "ContentProducer": "001191110102MACQD9K64010000", "ProduceID": "7"}')]),
        ("x", Origin.MAYBE_AI, [("UserComment", '{"AIGC": {"Label": "2", "ContentProducer": "x"}}')]),
    ],
)  # fmt: skip
def test_a_generator_is_recognised(tool: str, origin: Origin | None, texts: list[tuple[str, str]]) -> None:
    said = only(*texts)

    assert (said.tool, said.origin) == (tool, origin)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("parameters", "imagen udio veo luma dall-e midjourney stable diffusion"),
        ("Description", "a photograph by Luma AI of the midjourney of Job ID: 7"),
        ("Description", f"Job ID: {UUID} and more"),
        ("Comment", "Steps: 3, then turn left"),
        ("Comment", "My recipe\nSteps: 3, Size: small"),
        ("Comment", "Created with GIMP"),
        ("Comment", '{"steps": 28, "sampler": "x"}'),
        ("prompt", "What is your name?"),
        ("prompt", '{"3": {"inputs": {}}}'),
        ("workflow", "{broken"),
        ("Make", "Canon"),
        ("Software", "NovelAI lover's photo editor"),
        ("Software", "Adobe Photoshop 26.0"),
        ("AIGC", "aigc"),
        ("AIGC", '{"Label": "1"}'),
        ("ImageDescription", "Signature: " + "aB3+" * 20),
        ("postprocessing", "Crop: 7"),
        ("unknown", A1111),
        ("hf-job-id", "7"),
    ],
)
def test_other_text_is_not(key: str, text: str) -> None:
    assert recognise([(key, text)]) == ()


def test_details_hold_what_a_production_must_record() -> None:
    said = only(("parameters", A1111 + ", Model: sdxl, Version: v1.10.1"))

    assert dict(said.detail) == {
        "tool": "A1111 stable-diffusion-webui", "prompt": "a cat", "negative_prompt": "a dog",
        "model": "sdxl", "seed": "5", "version": "v1.10.1", "row": "a1111.parameters",
    }  # fmt: skip


def test_details_of_an_executed_graph_name_model_seed_and_prompt() -> None:
    value = {"1": node("CheckpointLoaderSimple", ckpt_name="m.safetensors"),
             "2": node("CLIPTextEncode", text="a cat"), "3": node("KSampler", seed=7)}  # fmt: skip

    detail = dict(only(("prompt", json.dumps(value))).detail)

    assert (detail["model"], detail["seed"], detail["prompt"]) == ("m.safetensors", "7", "a cat")


def test_a_canvas_alone_is_weaker_and_its_muted_nodes_do_not_count() -> None:
    alive = only(("workflow", canvas("KSampler")))

    assert (alive.origin, alive.strength) == (Origin.AI_GENERATED, Strength.HEURISTIC)
    assert recognise([("workflow", canvas("KSampler", mode=4))]) == ()


@pytest.mark.parametrize(
    ("kind", "generates"),
    [("KSampler", True), ("SamplerCustomAdvanced", True), ("RunwayImageToVideoNodeGen4", True),
     ("LumaVideoNode", True), ("MoonvalleyTxt2VideoNode", True), ("ECHOCheckpointLoaderSimple", True),
     ("KSamplerSelect", False), ("GeminiNode", False), ("ImageResampler", False), ("VAEDecode", False),
     ("BasicScheduler", False), ("LoadImage", False)],
)  # fmt: skip
def test_only_generative_nodes_generate(kind: str, generates: bool) -> None:
    parsed = parse_graph(json.loads(graph(kind)))
    assert parsed is not None

    origin, _ = judge_graph(parsed)

    assert (origin is Origin.AI_GENERATED) == generates


def test_a_grammar_that_claims_nothing_never_hides_one_that_claims_ai() -> None:
    both = {"aigc_info": {}, "data": {"product": "lv"}, "use_stable_diffusion_model": "sd"}
    doubtful = {"AIGC": {"Label": "2", "ContentProducer": "x"}, "sui_image_params": {"prompt": "x"}}

    for value in (both, doubtful):
        assert only(("UserComment", json.dumps(value))).origin is Origin.AI_GENERATED


def test_long_prompts_are_cut() -> None:
    said = only(("parameters", "x" * 50_000 + "\n" + A1111.partition("\n")[2]))

    assert all(len(text) <= VALUE_LIMIT for _, text in said.detail)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, '{"a":' * 100_000, "Steps: 1, A" + "a b" * 100_000, ('Steps: 1, A: "' + '\\"' * 9_000) * 20,
     '"' + ' -s 1' * 50_000, "Steps: 1, X\n" * 50_000, "a" * 1_000_000 + " Job ID: 7"],
)  # fmt: skip
def test_hostile_text_ends_soon_and_says_nothing(text: str) -> None:
    pairs = [(key, text) for key in ("parameters", "Dream", "Description", "prompt", "AIGC")]

    assert recognise(pairs) == ()


@given(st.lists(st.tuples(st.sampled_from(["parameters", "prompt", "Comment", "Make", "AIGC"]), st.text())))
def test_random_text_says_nothing(texts: list[tuple[str, str]]) -> None:
    assert recognise(texts) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["prompt", "nodes", "sui_image_params", "class_type", "inputs", "AIGC", "Label", "type",
                         "aigc_info", "data", "Comment", "signed_hash", "extraMetadata", "generation_mode",
                         "image", "model_weights", "model", "steps", "ProduceID", "software", "strength"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_json_of_the_wrong_shape_never_breaks_a_grammar(value: object) -> None:
    text = json.dumps(value)

    found = recognise([(key, text) for key in ("parameters", "prompt", "Comment", "AIGC", "sd-metadata")])

    assert all(statement.signature.detail for statement in found)


def test_the_canvas_says_nothing_beside_the_graph_that_ran() -> None:
    # the sampler lay on the canvas and was never executed
    ran = ("prompt", graph("LoadImage", "ImageScale", "SaveImage"))

    found = recognise([ran, ("workflow", canvas("KSampler"))])

    assert [(one.key, one.signature.origin) for one in found] == [("prompt", None)]


def test_a_graph_that_ran_counts_wherever_the_canvas_stands() -> None:
    found = recognise([("Make", "workflow:" + canvas("KSampler")), ("Model", "prompt:" + graph("ImageScale"))])

    assert [one.signature.origin for one in found] == [None]


def test_nodes_inside_a_subgraph_count_where_it_is_used_and_not_switched_off() -> None:
    inside = {"subgraphs": [{"id": "a-b", "nodes": [{"type": "KSampler", "mode": 0}]}]}
    used = {"nodes": [{"type": "a-b", "mode": 0}], "definitions": inside}
    muted = {"nodes": [{"type": "a-b", "mode": 4}, {"type": "SaveImage"}], "definitions": inside}

    assert only(("workflow", json.dumps(used))).origin is Origin.AI_GENERATED
    assert only(("workflow", json.dumps(muted))).origin is None


def test_a_subgraph_that_holds_itself_ends() -> None:
    looped = {"nodes": [{"type": "a"}], "definitions": {"subgraphs": [{"id": "a", "nodes": [{"type": "a"}] * 9}]}}

    assert only(("workflow", json.dumps(looped))).origin is None


def test_a_graph_tells_both_prompts_what_went_in_and_which_service_it_asked() -> None:
    value = {
        "1": node("LoadImage", image="plate_0010.png"),
        "2": node("CLIPTextEncode", text="fog"),
        "3": node("CLIPTextEncode", text="a castle"),
        "4": node("ControlNetApply", conditioning=["3", 0]),
        "5": node("KSampler", positive=["4", 0], negative=["2", 0], seed=3),
        "6": node("RunwayImageToVideoNodeGen4", prompt="x"),
    }

    detail = dict(only(("prompt", json.dumps(value))).detail)

    assert (detail["prompt"], detail["negative_prompt"]) == ("a castle", "fog")
    assert (detail["inputs"], detail["service"]) == ("plate_0010.png", "Runway")


def test_wires_that_lead_round_and_round_end() -> None:
    value = {"1": node("Reroute", conditioning=["1", 0]), "2": node("KSampler", positive=["1", 0])}

    assert "prompt" not in dict(only(("prompt", json.dumps(value))).detail)


@pytest.mark.parametrize(
    ("kind", "generates"),
    [("OpenAIDalle3", True), ("OpenAIGPTImage1", True), ("OpenAIVideoSora2", True), ("OpenAIChatNode", False),
     ("OpenAIInputFiles", False), ("IdeogramV3", True), ("KlingLipSyncAudioToVideoNode", True), ("KlingCameraControls",
     False), ("PikaScenesV2_2", True), ("Pikaswaps", True), ("FluxKontextProImageNode", True), ("FluxGuidance", False),
     ("FluxKontextImageScale", False), ("StabilityStableImageUltraNode", True), ("StabilityUpscaleFastNode", False),
     ("StabilityTextToAudio", True), ("RecraftRemoveBackgroundNode", False), ("RecraftReplaceBackgroundNode", True),
     ("RecraftVectorizeImageNode", False), ("RecraftTextToImageNode", True), ("LumaConceptsNode", False),
     ("LumaReferenceNode", False), ("LumaImageNode", True), ("ByteDanceSeedreamNode", True), ("GeminiImage2Node", True),
     ("Veo3VideoGenerationNode", True), ("ViduReferenceVideoNode", True), ("WanTextToImageApi", True),
     ("WanVideoModelLoader", False), ("TripoTextToModelNode", True), ("MinimaxHailuoVideoNode", True),
     ("LumaKey", False), ("Img2Tags", False), ("MoonvalleyVideo2VideoNode", True), ("LtxvApiTextToVideo", True)],
)  # fmt: skip
def test_nodes_of_services_generate_and_their_helpers_do_not(kind: str, generates: bool) -> None:
    parsed = parse_graph(json.loads(graph(kind)))
    assert parsed is not None

    assert (judge_graph(parsed)[0] is not None) == generates


def test_a_name_alone_yields_to_what_the_same_tool_says_in_full() -> None:
    edited = ("Comment", '{"signed_hash": "x", "request_type": "Img2ImgRequest"}')

    found = recognise([("Software", "NovelAI"), ("Title", "NovelAI generated image"), edited])

    assert [(one.key, one.signature.origin) for one in found] == [("Comment", Origin.AI_EDITED)]


def test_an_enhancement_is_a_step_and_no_origin() -> None:
    said = only(("extras", "Upscale: 2, visibility: 1.0"))

    assert (said.origin, dict(said.detail)["step"]) == (Origin.ENHANCED, "yes")


@pytest.mark.parametrize(
    "key", ["prompt", "Prompt", "TXXX:prompt", "Keys:Prompt", "com.apple.quicktime.prompt", " PROMPT ", "xmp:prompt"]
)
def test_a_key_is_known_however_the_container_spells_it(key: str) -> None:
    found = recognise([(key, graph("KSampler"))])

    assert [(one.key, one.signature.tool) for one in found] == [(key, "ComfyUI")]


def test_what_stands_behind_thousands_of_texts_is_not_looked_at() -> None:
    texts = [("x", "y")] * 5_000 + [("prompt", graph("KSampler"))]

    assert recognise(texts) == ()
    assert len(recognise(texts[4_000:])) == 1


def test_a_captured_source_type_without_signature_is_only_a_hint() -> None:
    said = only(("DigitalSourceType", "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"))

    assert (said.origin, said.strength) == (Origin.CAPTURED, Strength.HEURISTIC)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "texts",
    [
        [("prompt", json.dumps({str(n): node(f"{n}" + "A" * 200) for n in range(20_000)}))],
        [("prompt", json.dumps({str(n): node("kling_i2v" * 20, positive=[str(n), 0]) for n in range(20_000)}))],
        [("workflow", json.dumps({"nodes": [{"type": f"KSamplerSelect{n}"} for n in range(20_000)]}))],
        [
            (
                "parameters",
                json.dumps({"software": {str(n): "x" * 50 for n in range(50_000)}, "description": [1] * 9_999}),
            )
        ],
        [("Artwork", json.dumps({"data": {"product": "lv"} | {f"is_ai_{n}": 1 for n in range(100_000)}}))],
        [("Dream", '"' + '" -s 1 -S' * 1_900)],
        [(":".join("a" * 50_000), "x")] * 2_000,
        [(key, json.dumps({"nodes": [{"type": "KSampler"}] * 15_000})) for key in (*COMMENTS, "workflow", "Make")],
    ],
    ids=["classes", "wires", "canvas", "members", "flags", "dream", "keys", "canvases"],
)
def test_hostile_structures_end_soon(texts: list[tuple[str, str]]) -> None:
    before = time.perf_counter()

    found = recognise(texts)

    assert time.perf_counter() - before < 2.0
    assert all(len(value) <= VALUE_LIMIT for one in found for _, value in one.signature.detail)


def test_a_text_of_millions_of_empty_lists_is_never_unpacked() -> None:
    bomb = '{"1": {"class_type": "KSampler", "inputs": [' + "[]," * 500_000 + "[]]}}"

    assert grammar.load_json(bomb) is None


def test_json_that_would_fill_the_memory_is_not_parsed() -> None:
    assert load_json("[" + "[]," * 200_000 + "[]]") is None
    assert load_json('{"a": "' + "x" * 7_000_000 + '"}') is not None


def test_many_large_texts_are_not_held_parsed_at_once() -> None:
    large = json.dumps({str(n): {"class_type": "SaveImage", "inputs": {"a": 1}} for n in range(40_000)})
    tracemalloc.start()

    recognise([(key, large) for key in ("prompt", "workflow", "parameters", "Comment", "Make", "Model")])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 150e6

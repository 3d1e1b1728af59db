"""For every row of the table a value as it is found in the field, and values that only look like it.

A new row needs an entry in both; a test counts them.
"""

from __future__ import annotations

import json
from typing import Final

from provenance.model import Origin

AI, EDIT, COMPOSITE, MAYBE = Origin.AI_GENERATED, Origin.AI_EDITED, Origin.AI_COMPOSITE, Origin.MAYBE_AI
UUID: Final = "2b6e053b-9a65-4ca9-9e13-b6f4465164d4"
IPTC: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PARAMETERS: Final = (
    "a castle at dusk, matte painting\nNegative prompt: blurry\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 512x512, Model hash: 6ce0161689, Model: v1-5"
)
GRAPH: Final = json.dumps(
    {
        "3": {"class_type": "KSampler", "inputs": {"seed": 7, "positive": ["6", 0], "negative": ["7", 0]}},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sdxl.safetensors"}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a castle"}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "fog"}},
    }
)
RESIZED: Final = json.dumps({"1": {"class_type": "LoadImage", "inputs": {}}, "2": {"class_type": "ImageScale"}})
LABEL: Final = json.dumps(
    {"Label": "1", "ContentProducer": "001191110102MACQD9K64010000", "ProduceID": "7301", "ReservedCode1": "",
     "ContentPropagator": "", "PropagateID": "", "ReservedCode2": ""}
)  # fmt: skip
FLAGS: Final = {"editType": "edit", "product": "lv", "is_use_ai_image_generation": 0, "is_ai_lyric": 0,
                "is_use_voice_clone": "0", "is_main": 1}  # fmt: skip
DREAMINA: Final = {"aigc_info": {"aigc_label_type": 0, "source_info": "dreamina"},
                   "data": {"product": "dreamina", "exportType": "generation"}}  # fmt: skip

Texts = tuple[tuple[str, str], ...]

EXAMPLES: Final[dict[str, tuple[tuple[str, Origin | None, Texts], ...]]] = {
    "iptc.source_type": (
        ("", AI, (("DigitalSourceType", IPTC + "trainedAlgorithmicMedia"),)),
        ("", EDIT, (("Iptc4xmpExt:DigitalSourceFileType", "compositeWithTrainedAlgorithmicMedia"),)),
        ("", COMPOSITE, (("DigitalSourceType", "https://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic/"),)),
        ("", Origin.CAPTURED, (("DigitalSourceType", " digsrctype:digitalCapture "),)),
        ("", MAYBE, (("DigitalSourceType", IPTC + "screenCapture"),)),
    ),
    "iptc.ai_properties": (
        ("Imagen 4", AI, (("Iptc4xmpExt:AISystemUsed", "Imagen 4"),)),
        ("Firefly", EDIT, (("AISystemUsed", "Firefly"),
                           ("DigitalSourceType", IPTC + "compositeWithTrainedAlgorithmicMedia"))),
    ),
    "tc260.label": (
        ("Doubao", AI, (("AIGC", LABEL),)),
        ("Jimeng", MAYBE, (("TC260:AIGC", '{"Label": 2, "ContentProducer": "001191440300088674 05X2"}'.replace(
            "91440300088674 05X2", "9144030008867405X210000")),)),
        ("Tencent Yuanbao", MAYBE, (("com.apple.quicktime.AIGC",
                                     '{"Label": "3", "ServiceProvider": "91440300708461136T", "ServiceUser": "u"}'),)),
        ("Kling", AI, (("TXXX:AIGC", "AIGC" + json.dumps({"Label": "1", "ContentProducer": "91110108335469089C"})),)),
    ),
    "tc260.comment": (("Doubao", AI, (("UserComment", json.dumps({"AIGC": json.loads(LABEL)})),)),),
    "provenance.comment": (
        ("", AI, (("UserComment", "provenance: origin=ai_generated; source-type=http://cv.iptc.org/x; software"),)),
        *(
            ("", origin, (("UserComment", f"provenance: origin={origin.value}"),))
            for origin in Origin if origin not in (AI, Origin.UNDECLARED)
        ),
    ),
    "facebook.instructions": (("Facebook", None, (("SpecialInstructions", "FBMD01000aa20300009f6a0000"),)),),
    "swarmui.parameters": (
        ("SwarmUI", AI, (("parameters", '{"sui_image_params": {"prompt": "x", "swarm_version": "0.9.7"}}'),)),
        ("SwarmUI", EDIT, (("UserComment", '{"sui_image_params": {"initimage": "data:..."}, "sui_extra_data": {}}'),)),
    ),
    "novelai.comment": (
        ("NovelAI", AI, (("Comment", '{"signed_hash": "x", "request_type": "PromptGenerateRequest"}'),)),
        ("NovelAI", EDIT, (("Comment", '{"signed_hash": "x", "request_type": "NativeInfillingRequest"}'),)),
        ("NovelAI", AI, (("stealth_pngcomp", json.dumps({"Software": "NovelAI", "Source": "NovelAI Diffusion V4",
                                                         "Comment": '{"steps": 28, "sampler": "k_euler"}'})),)),
    ),
    "novelai.software": (("NovelAI", AI, (("Software", "NovelAI"),)),),
    "novelai.source": (("NovelAI", AI, (("Source", "NovelAI Diffusion V4.5 4BDE2A90"),)),),
    "novelai.title": (("NovelAI", AI, (("Title", "NovelAI generated image"),)),),
    "invokeai.metadata": (
        ("InvokeAI", AI, (("invokeai_metadata", '{"generation_mode": "sdxl_txt2img", "app_version": "5.0"}'),)),
        ("InvokeAI", EDIT, (("invokeai_metadata", '{"generation_mode": "flux_outpaint"}'),)),
        ("InvokeAI", EDIT, (("sd-metadata", '{"model_weights": "sd-1.5", "image": {"type": "img2img", "seed": 1}}'),)),
    ),
    "invokeai.graph": (
        ("InvokeAI", AI, (("invokeai_graph", '{"nodes": {"a": {"type": "flux_denoise"}, "b": {"type": "l2i"}}}'),)),
        ("InvokeAI", EDIT, (("invokeai_workflow", '{"nodes": [{"data": {"type": "i2l"}}, '
                                                  '{"data": {"type": "denoise_latents"}}]}'),)),
    ),
    "invokeai.dream": (
        ("InvokeAI", AI, (("Dream", '"a cat" -s 50 -W 512 -H 512 -C 7.5 -A lms -S 123'),)),
        ("InvokeAI", EDIT, (("Dream", '"a cat" -s 50 -W 512 -I in.png -f 0.7 -S 123'),)),
    ),
    "draw_things.json": (
        ("Draw Things", AI, (("Software", "Draw Things"), ("Comment", '{"c": "x", "scale": 7, "steps": 8}'))),
        ("Draw Things", EDIT, (("xmp:CreatorTool", "Draw Things"),
                               ("exif:UserComment", '{"c": "x", "scale": 7, "steps": 8, "strength": 0.5}'))),
    ),
    "draw_things.name": (("Draw Things", AI, (("Software", "Draw Things"),)),),
    "replicate.media_provenance": (
        ("replicate", AI, (("Comment", '{"description": "MediaProvenance (v1.0.0)", "provider": "replicate", '
                                       '"model": "bfl/flux", "input": {"prompt": "x"}}'),)),
    ),
    "civitai.graph": (
        ("Civitai", AI, (("UserComment", json.dumps({"1": {"class_type": "UpscaleModelLoader"},
                                                     "extraMetadata": '{"prompt": "x", "workflowId": "txt2img"}'})),)),
        ("Civitai", EDIT, (("UserComment", json.dumps({"1": {"class_type": "KSampler"},
                                                       "extraMetadata": '{"workflowId": "img2img-hires"}'})),)),
    ),
    "tensorart.generation_data": (
        ("TensorArt", AI, (("generation_data", '{"models": [], "prompt": "x", "seed": "1", "baseModel": {}}\0'),)),
    ),
    "comfyui.graph": (
        ("ComfyUI", AI, (("prompt", GRAPH),)),
        ("ComfyUI", AI, (("Keys:Prompt", GRAPH),)),
        ("ComfyUI", AI, (("TXXX:prompt", GRAPH),)),
        ("ComfyUI", AI, (("Model", "prompt:" + GRAPH),)),
        ("ComfyUI", None, (("Make", "Prompt: " + RESIZED),)),
        ("ComfyUI", EDIT, (("prompt", json.dumps({str(n): {"class_type": kind, "inputs": {}} for n, kind in enumerate(
            ("VHS_LoadVideo", "VAEEncode", "KSampler"))})),)),
        ("ComfyUI", Origin.ENHANCED, (("prompt", '{"1": {"class_type": "ImageUpscaleWithModel"}}'),)),
    ),
    "a1111.parameters": (
        ("A1111 family", AI, (("parameters", PARAMETERS),)),
        ("Forge", AI, (("UserComment", PARAMETERS + ", Version: f2.0.1v1.10.1-previous-313"),)),
        ("Forge", AI, (("Comment", PARAMETERS + ", Version: neo"),)),
        ("SD.Next", EDIT, (("parameters", PARAMETERS + ", App: SD.Next, Operations: inpaint"),)),
        ("SD.Next", AI, (("parameters", "x\nSteps: 1, Seed: 3, Pipeline: GoogleNanoBananaPipeline"),)),
        ("Civitai", AI, (("UserComment", PARAMETERS + ', Civitai resources: [{"type":"checkpoint"}]'),)),
        ("A1111 family", EDIT, (("parameters", PARAMETERS + ", Denoising strength: 0.4"),)),
        ("A1111 family", AI, (("parameters", PARAMETERS + ", Denoising strength: 0.4, Hires upscale: 2"),)),
        ("Fooocus", AI, (("parameters", PARAMETERS), ("fooocus_scheme", "a1111"))),
    ),
    "a1111.extras": (
        ("A1111 extras", Origin.ENHANCED, (("postprocessing", "Postprocess upscale by: 4, Upscaler: ESRGAN"),)),
    ),
    "fooocus.json": (("Fooocus", AI, (("parameters", '{"base_model": "juggernautXL", "prompt": "x"}'),)),),
    "fooocus.scheme": (("Fooocus", AI, (("fooocus_scheme", "fooocus"),)),),
    "fooocus.software": (("Fooocus", AI, (("Software", "Fooocus v2.5.5"),)),),
    "ruinedfooocus.json": (
        ("RuinedFooocus", AI, (("parameters", '{"Prompt": "x", "software": "RuinedFooocus"}'),)),
    ),
    "stability_matrix.parameters": (
        ("Stability Matrix", AI, (("parameters-json", '{"PositivePrompt": "x", "Seed": 1, "Sampler": "e"}'),)),
    ),
    "stability_matrix.project": (
        ("Stability Matrix", EDIT, (("smproj", '{"Version": 2, "ProjectType": "ImageToImage", "State": {}}'),)),
    ),
    "diffusers.space": (("diffusers", AI, (("parameters", '{"prompt": "x", "num_inference_steps": 24}'),)),),
    "diffusers.space_model": (
        ("diffusers", AI, (("parameters", '{"prompt": "x", "Model": "m", "Model hash": "1f"}'),)),
    ),
    "huggingface.job": (("Hugging Face job", AI, (("hf-job-id", UUID),)),),
    "easy_diffusion.json": (
        ("Easy Diffusion", AI, (("UserComment", '{"use_stable_diffusion_model": "sd-v1-5", "prompt": "x"}'),)),
        ("Easy Diffusion", EDIT, (("UserComment", '{"use_stable_diffusion_model": "s", "prompt_strength": 0.8}'),)),
    ),
    "easy_diffusion.fields": (
        ("Easy Diffusion", AI, (("use_stable_diffusion_model", "sd-v1-5"), ("seed", "7"))),
        ("Easy Diffusion", EDIT, (("Stable Diffusion model", "sd-v1-5"), ("Prompt Strength", "0.8"))),
    ),
    "midjourney.description": (
        ("Midjourney", AI, (("Description", f"a castle --ar 16:9 --v 6.1 Job ID: {UUID}"),)),
    ),
    "xai.signature": (("xAI Grok", AI, (("ImageDescription", "Signature: " + "aB3+" * 20), ("Artist", UUID))),),
    "ideogram.make": (("Ideogram", AI, (("Make", "Ideogram AI"),)),),
    "aphrodite.name": (("Aphrodite AI", AI, (("Software", "Aphrodite AI"),)),),
    "reve.name": (("Reve", AI, (("xmp:CreatorTool", "reve.com"),)),),
    "luma.source": (("Luma AI", AI, (("Source", "Luma AI"),)),),
    "luma.comment": (("Luma AI", AI, (("Comment", "Generated by Luma AI's Uni-1 model (https://lumalabs.ai)"),)),),
    "google.made": (("Google AI", AI, (("photoshop:Credit", "Made with Google AI"),)),),
    "google.edited": (("Google AI", EDIT, (("Credit", "Edited with Google AI"),)),),
    "google.photos": (("Google Photos", AI, (("Credit", "AI-Generated with Google Photos"),)),),
    "apple.clean_up": (("Apple Photos Clean Up", EDIT, (("Credit", "Apple Photos Clean Up"),)),),
    "apple.image_playground": (("Apple Image Playground", AI, (("Credit", "Apple Image Playground"),)),),
    "samsung.generative": (
        ("Samsung Galaxy AI", EDIT, (("PEg_Info", '{"genImageVersion": 2, "connectorType": 1, "genAIType": 3}'),)),
    ),
    "samsung.edited": (
        ("Samsung Photo Editor", None, (("PhotoEditor_Re_Edit_Data", '{"originalPath": "/a.jpg", "isScaleAI": 0}'),)),
    ),
    "dreamina.comment": (
        ("dreamina", AI, (("UserComment", json.dumps(DREAMINA)),)),
        ("doubao", None, (("UserComment", '{"aigc_info": {"aigc_label_type": 0}, "data": {"product": "doubao"}}'),)),
    ),
    "capcut.artwork": (
        ("CapCut", None, (("com.apple.quicktime.artwork", json.dumps({"data": FLAGS})),)),
        ("CapCut", COMPOSITE, (("Artwork", json.dumps({"data": {**FLAGS, "is_use_ai_image_generation": 1}})),)),
        ("CapCut", COMPOSITE, (("Artwork", json.dumps({"data": json.dumps({**FLAGS, "is_use_voice_clone": "1"})})),)),
    ),
    "suno.source": (("Suno", AI, (("WOAS", f"https://suno.com/song/{UUID}"),)),),
    "suno.comment": (
        ("Suno", AI, (("COMM", f"made with suno; created=2026-02-03T10:11:12.345Z; id={UUID}"),)),
        ("Suno", AI, (("\xa9cmt", f"Made with Suno Studio; created=2026-02-03T10:11:12Z; id={UUID}"),)),
    ),
}  # fmt: skip

NEAR_MISSES: Final[dict[str, tuple[Texts, ...]]] = {
    "iptc.source_type": ((("DigitalSourceType", "trainedAlgorithmicMedia was not used"),),
                         (("Comment", IPTC + "trainedAlgorithmicMedia"),)),
    "iptc.ai_properties": ((("AISystemUsed", "  "),), (("Comment", "AISystemUsed: Imagen"),)),
    "tc260.label": ((("AIGC", "aigc"),), (("AIGC", '{"Label": "1"}'),), (("Comment", "bGFpZ2NhaWdjAIGC=="),)),
    "tc260.comment": ((("UserComment", '{"AIGC": {"Label": "1"}}'),), (("Comment", "AIGC: yes"),)),
    "provenance.comment": (
        (("UserComment", "its provenance: origin=ai_generated"),), (("UserComment", "provenance: origin=made_up"),),
    ),
    "facebook.instructions": ((("Instructions", "FBMD is what Facebook writes"),),),
    "swarmui.parameters": ((("parameters", '{"sui_image_params": "x"}'),), (("parameters", "sui_image_params"),)),
    "novelai.comment": ((("Comment", '{"steps": 28, "sampler": "k_euler"}'),),),
    "novelai.software": ((("Software", "NovelAI lover's photo editor"),), (("Software", "NovelAIX"),)),
    "novelai.source": ((("Source", "NovelAI Diffusion"),), (("Source", "a NovelAI Diffusion V4 4BDE2A90"),)),
    "novelai.title": ((("Title", "a NovelAI generated image and how to draw one"),),),
    "invokeai.metadata": ((("invokeai_metadata", '{"positive_prompt": "x"}'),), (("invokeai_metadata", "txt2img"),)),
    "invokeai.graph": ((("invokeai_graph", '{"nodes": {"a": {"type": "img_resize"}}}'),),),
    "invokeai.dream": ((("Dream", "I had a dream -s 5"),), (("Dream", '"a" -s x -S y'),)),
    "draw_things.json": ((("Comment", '{"c": "x", "scale": 7, "steps": 8}'),),),
    "draw_things.name": ((("Software", "Draw Things for Photographers"),),),
    "replicate.media_provenance": ((("Comment", '{"description": "On MediaProvenance (v1)", "provider": "x"}'),),),
    "civitai.graph": ((("UserComment", '{"extraMetadata": "{}"}'),),),
    "tensorart.generation_data": ((("generation_data", '{"prompt": "x"}'),), (("generation_data", "models"),)),
    "comfyui.graph": ((("prompt", "What is your name?"),), (("prompt", '{"3": {"inputs": {}}}'),),
                      (("Make", "Canon"), ("Model", "Canon EOS R5"))),
    "a1111.parameters": ((("Comment", "My recipe\nSteps: 3, Size: small"),), (("Comment", "Steps: 3, then left"),)),
    "a1111.extras": ((("postprocessing", "Crop: 7"),), (("Comment", "Postprocess upscale by: 4"),)),
    "fooocus.json": ((("parameters", '{"base_model": "m"}'),),),
    "fooocus.scheme": ((("fooocus_scheme", "other"),),),
    "fooocus.software": ((("Software", "Fooocus"),), (("Software", "not Fooocus v2"),)),
    "ruinedfooocus.json": ((("parameters", '{"software": "RuinedFooocusViewer"}'),),),
    "stability_matrix.parameters": ((("parameters-json", '{"PositivePrompt": "x"}'),),),
    "stability_matrix.project": ((("smproj", '{"ProjectType": "Upscale", "State": {}}'),),),
    "diffusers.space": ((("parameters", '{"num_inference_steps": 24}'),),),
    "diffusers.space_model": ((("parameters", '{"prompt": "x", "Model": "Canon EOS"}'),),),
    "huggingface.job": ((("hf-job-id", "7"),), (("hf-job-id", UUID + "0"),)),
    "easy_diffusion.json": ((("UserComment", '{"stable_diffusion": 1}'),),),
    "easy_diffusion.fields": ((("use_stable_diffusion_model", ""),), (("Model", "Stable Diffusion model"),)),
    "midjourney.description": ((("Description", f"Job ID: {UUID} and more"),), (("Description", "Job ID: 7"),),
                               (("Description", "a photograph in the style of midjourney"),)),
    "xai.signature": ((("ImageDescription", "Signature: " + "aB3+" * 20),),
                      (("ImageDescription", "Signature: mine"), ("Artist", UUID))),
    "ideogram.make": ((("Make", "Ideogram AI Camera"),), (("Model", "Ideogram AI"),)),
    "aphrodite.name": ((("Software", "Aphrodite AI Photo Viewer"),),),
    "reve.name": ((("Software", "reve.com.example"),), (("Software", "Reverie"),)),
    "luma.source": ((("Source", "Luma AI studio visit"),), (("Source", "luma"),)),
    "luma.comment": ((("Comment", "luma was raised by 4"),), (("Comment", "Generated by Luma AI's"),)),
    "google.made": ((("Credit", "Made with Google AI by nobody"),), (("Comment", "Made with Google AI"),)),
    "google.edited": ((("Credit", "Not Edited with Google AI"),),),
    "google.photos": ((("Credit", "Google Photos"),),),
    "apple.clean_up": ((("Credit", "Apple Photos"),),),
    "apple.image_playground": ((("Credit", "Image Playground"),),),
    "samsung.generative": ((("PEg_Info", '{"genImageVersion": 2, "genAIType": 0}'),), (("PEg_Info", "{}"),)),
    "samsung.edited": ((("ReEditData", '{"isScaleAI": 1}'),),),
    "dreamina.comment": ((("UserComment", '{"aigc_info": 1, "data": {}}'),), (("UserComment", "dreamina"),)),
    "capcut.artwork": ((("Artwork", '{"data": {"product": "lv", "is_main": 1, "is_retail": 1}}'),),
                       (("Artwork", "is_use_ai_image_generation"),)),
    "suno.source": ((("WOAS", "https://suno.com/"),), (("WOAS", f"https://example.com/suno.com/song/{UUID}"),)),
    "suno.comment": ((("Comment", "made with suno"),), (("Comment", f"not made with suno; id={UUID}"),)),
}  # fmt: skip

SIGNED: Final[dict[str, tuple[str, ...]]] = {
    "c2pa.adobe": ("Adobe_Firefly/1.0 c2pa-rs/0.17.0", "Adobe Firefly"), "c2pa.chatgpt": ("ChatGPT",),
    "c2pa.gpt_image": ("GPT-4o", "gpt-image 2.0"), "c2pa.sora": ("Sora", "OpenAI Sora"),
    "c2pa.openai": ("OpenAI Media Service API",), "c2pa.dalle": ("DALL·E 3", "dall-e"),
    "c2pa.amazon_bedrock": ("Amazon_Bedrock c2pa-rs/0.40",), "c2pa.amazon": ("Titan Image Generator G1",),
    "c2pa.bing": ("Microsoft Bing Image Creator", "Image Creator from Designer"),
    "c2pa.microsoft": ("Microsoft Designer", "MAI-Image-1"),
    "c2pa.microsoft_rai": ("Microsoft_Responsible_AI/1.0",),
    "c2pa.google": ("Google Generative AI", "Imagen 4", "Nano Banana", "Veo 3"),
    "c2pa.samsung": ("Photo assist",), "c2pa.midjourney": ("Midjourney",), "c2pa.runway": ("Runway Gen-4",),
    "c2pa.stability": ("Stability AI", "Stable Diffusion 3"), "c2pa.bfl": ("Black Forest Labs API", "Flux.2"),
    "c2pa.ideogram": ("Ideogram 3.0",), "c2pa.leonardo": ("Leonardo.Ai",), "c2pa.luma": ("Luma AI", "Dream Machine"),
    "c2pa.pika": ("Pika Labs",), "c2pa.kling": ("Kling AI",), "c2pa.minimax": ("Hailuo 02", "MiniMax"),
    "c2pa.dreamina": ("Dreamina/1.2", "Seedream 4.0"), "c2pa.volcengine": ("volcengine", "北京火山引擎科技有限公司"),
    "c2pa.bria": ("Bria AI",), "c2pa.fal": ("fal-ai", "fal.ai"), "c2pa.krea": ("Krea",),
    "c2pa.higgsfield": ("Higgsfield",), "c2pa.canva": ("Canva Magic Media", "Magic Media"),
    "c2pa.tiktok": ("TikTok Ads Toolbox",), "c2pa.elevenlabs": ("ElevenLabs", "Eleven Labs"), "c2pa.suno": ("Suno",),
    "c2pa.udio": ("Udio",), "c2pa.synthesia": ("Synthesia",), "c2pa.heygen": ("HeyGen",), "c2pa.xai": ("xAI Grok",),
    "c2pa.meta": ("Meta AI",), "c2pa.topaz": ("Topaz Photo AI",),
}  # fmt: skip

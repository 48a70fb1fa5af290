"""What the conformance suite calls by name, put onto the server that `build_server` makes.

The suite's scenarios say which names they call and what they expect; whatever carries the calls is ours.
"""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.shared.exceptions import MCPError
from mcp.types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    InputRequiredResult,
    ListRootsRequest,
    SamplingMessage,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from pydantic import BaseModel, Field

from cloudwan_mcp.tool import Server

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
SILENCE = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="
CHOICES = ["active", "inactive", "pending"]


def offer(server: Server) -> None:
    for tool in (*CONTENT, *TALKING, *ASKING):
        server.tool()(tool)
    for prompt in PROMPTS:
        server.prompt()(prompt)
    for uri, (mime_type, resource) in RESOURCES.items():
        server.resource(uri, mime_type=mime_type)(resource)
    for method, parameters in ACKNOWLEDGED.items():
        server._lowlevel_server.add_request_handler(method, parameters, _acknowledge)


async def _acknowledge(_: Any, __: Any) -> EmptyResult:
    return EmptyResult()


ACKNOWLEDGED: dict[str, Any] = {
    "logging/setLevel": SetLevelRequestParams,
    "resources/subscribe": SubscribeRequestParams,
    "resources/unsubscribe": UnsubscribeRequestParams,
}


def _text(text: str) -> TextContent:
    return TextContent(type="text", text=text)


def _image() -> ImageContent:
    return ImageContent(type="image", data=PIXEL, mime_type="image/png")


def _embedded(uri: str, text: str, mime_type: str = "text/plain") -> EmbeddedResource:
    return EmbeddedResource(
        type="resource", resource=TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    )


def test_simple_text() -> str:
    """Text."""
    return "This is a simple text response for testing."


def test_image_content() -> list[ImageContent]:
    """An image."""
    return [_image()]


def test_audio_content() -> list[AudioContent]:
    """A sound."""
    return [AudioContent(type="audio", data=SILENCE, mime_type="audio/wav")]


def test_embedded_resource() -> list[EmbeddedResource]:
    """A resource within an answer."""
    return [_embedded("test://embedded-resource", "This is an embedded resource content.")]


def test_multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
    """Several kinds of content."""
    data = json.dumps({"test": "data", "value": 123})
    return [
        _text("Multiple content types test:"),
        _image(),
        _embedded("test://mixed-content-resource", data, "application/json"),
    ]


def test_error_handling() -> str:
    """An error."""
    raise RuntimeError("This tool intentionally returns an error for testing")


CONTENT = (
    test_simple_text,
    test_image_content,
    test_audio_content,
    test_embedded_resource,
    test_multiple_content_types,
    test_error_handling,
)


async def test_tool_with_logging(ctx: Context) -> str:
    """Three log messages while it runs."""
    for said in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(said)
        await anyio.sleep(0.05)
    return "done"


async def test_tool_with_progress(ctx: Context) -> str:
    """Progress in three steps."""
    for step in (0, 50, 100):
        await ctx.report_progress(step, 100, f"{step} of 100")
        await anyio.sleep(0.05)
    return "done"


async def test_sampling(prompt: str, ctx: Context) -> str:
    """What the client's model answers."""
    messages = [SamplingMessage(role="user", content=_text(prompt))]
    answer = await ctx.session.create_message(
        messages=messages, max_tokens=100, related_request_id=ctx.request_id
    )
    return f"LLM response: {getattr(answer.content, 'text', '')}"


class Person(BaseModel):
    username: str
    email: str


class Defaults(BaseModel):
    name: str = Field("John Doe", description="name")
    age: int = Field(30, description="age")
    score: float = Field(95.5, description="score")
    status: str = Field("active", description="status", json_schema_extra={"enum": CHOICES})
    verified: bool = Field(True, description="verified")


def _titled(key: str, *values: str) -> dict[str, Any]:
    return {key: [{"const": value, "title": value.title()} for value in values]}


class Enums(BaseModel):
    untitledSingle: str = Field(json_schema_extra={"enum": CHOICES})  # noqa: N815
    titledSingle: str = Field(json_schema_extra=_titled("oneOf", "one", "two", "three"))  # noqa: N815
    untitledMulti: list[str] = Field(json_schema_extra={"items": {"type": "string", "enum": CHOICES}})  # noqa: N815
    titledMulti: list[str] = Field(json_schema_extra={"items": _titled("anyOf", "one", "two", "three")})  # noqa: N815
    legacyEnum: str = Field(json_schema_extra={"enum": ["1", "2"], "enumNames": ["One", "Two"]})  # noqa: N815


async def _elicited(ctx: Context, message: str, schema: type[BaseModel]) -> str:
    answer = await ctx.elicit(message=message, schema=schema)
    given = answer.data.model_dump_json() if answer.action == "accept" else "{}"
    return f"action={answer.action}, content={given}"


async def test_elicitation(message: str, ctx: Context) -> str:
    """What the user answers."""
    return f"User response: {await _elicited(ctx, message, Person)}"


async def test_elicitation_sep1034_defaults(ctx: Context) -> str:
    """A form with values in it."""
    return f"Elicitation completed: {await _elicited(ctx, 'Please review the values', Defaults)}"


async def test_elicitation_sep1330_enums(ctx: Context) -> str:
    """A form with choices."""
    return f"Elicitation completed: {await _elicited(ctx, 'Please choose', Enums)}"


async def test_missing_capability(ctx: Context) -> str:
    """Refuses a client that cannot sample."""
    known = ctx.session.client_capabilities
    if known is None or known.sampling is None:
        raise MCPError(
            code=MISSING_REQUIRED_CLIENT_CAPABILITY,
            message="sampling is needed",
            data={"requiredCapabilities": {"sampling": {}}},
        )
    return "It can sample."


TALKING = (
    test_tool_with_logging,
    test_tool_with_progress,
    test_sampling,
    test_elicitation,
    test_elicitation_sep1034_defaults,
    test_elicitation_sep1330_enums,
    test_missing_capability,
)


def _form(message: str, member: str, kind: str = "string") -> ElicitRequest:
    schema = {"type": "object", "properties": {member: {"type": kind}}, "required": [member]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def _sample(question: str) -> CreateMessageRequest:
    messages = [SamplingMessage(role="user", content=_text(question))]
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=messages, max_tokens=100))


def _given(ctx: Context, name: str, member: str) -> str:
    """A member of what the user filled in; "" where nothing came."""
    content = getattr((ctx.input_responses or {}).get(name), "content", None)
    return str(content.get(member, "")) if isinstance(content, dict) else ""


async def test_input_required_result_elicitation(ctx: Context) -> str | InputRequiredResult:
    """Asks the user."""
    name = _given(ctx, "user_name", "name")
    asked = InputRequiredResult(input_requests={"user_name": _form("What is your name?", "name")})
    return f"Hello, {name}!" if name else asked


async def test_input_required_result_sampling(ctx: Context) -> str | InputRequiredResult:
    """Asks the client's model."""
    answer = (ctx.input_responses or {}).get("capital_question")
    if answer is not None:
        return f"Model said: {getattr(getattr(answer, 'content', None), 'text', '')}"
    return InputRequiredResult(input_requests={"capital_question": _sample("What is the capital of France?")})


async def test_input_required_result_list_roots(ctx: Context) -> str | InputRequiredResult:
    """Asks for the client's roots."""
    answer = (ctx.input_responses or {}).get("client_roots")
    if answer is not None:
        return f"{len(getattr(answer, 'roots', []))} roots"
    return InputRequiredResult(input_requests={"client_roots": ListRootsRequest()})


async def test_input_required_result_request_state(ctx: Context) -> str | InputRequiredResult:
    """Asks with a state that comes back."""
    if ctx.request_state == "asked" and "confirm" in (ctx.input_responses or {}):
        return "state-ok"
    return InputRequiredResult(
        input_requests={"confirm": _form("Please confirm", "ok", "boolean")}, request_state="asked"
    )


async def test_input_required_result_multiple_inputs(ctx: Context) -> str | InputRequiredResult:
    """Asks for three things at once."""
    requests = {
        "user_name": _form("What is your name?", "name"),
        "greeting": _sample("Generate a greeting"),
        "client_roots": ListRootsRequest(),
    }
    if requests.keys() <= (ctx.input_responses or {}).keys():
        return "All came."
    return InputRequiredResult(input_requests=requests, request_state="several")


async def test_input_required_result_multi_round(ctx: Context) -> str | InputRequiredResult:
    """Asks twice, the second time with what the first brought."""
    state = json.loads(ctx.request_state) if ctx.request_state else {}
    name, colour = state.get("name") or _given(ctx, "step1", "name"), _given(ctx, "step2", "color")
    if "name" in state and colour:
        return f"{name} likes {colour}."
    if state and name:
        asked, state = {"step2": _form("What is your favorite color?", "color")}, {"round": 2, "name": name}
    else:
        asked, state = {"step1": _form("What is your name?", "name")}, {"round": 1}
    return InputRequiredResult(input_requests=asked, request_state=json.dumps(state))


async def test_input_required_result_tampered_state(ctx: Context) -> str | InputRequiredResult:
    """Asks with a state that may not be changed: a changed one never arrives here."""
    if ctx.request_state is None:
        asked = {"confirm": _form("Please confirm", "ok", "boolean")}
        return InputRequiredResult(input_requests=asked, request_state="first")
    return "state-ok"


async def test_input_required_result_capabilities(ctx: Context) -> InputRequiredResult:
    """Asks only for what the client can do."""
    known = ctx.client_capabilities
    asked: dict[str, Any] = {}
    if known is None or known.sampling is not None:
        asked["sample"] = _sample("Say hello")
    if known is None or known.elicitation is not None:
        asked["ask"] = _form("What is your name?", "name")
    return InputRequiredResult(input_requests=asked, request_state="gated")


def test_x_mcp_header(region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})]) -> str:
    """An argument that a header repeats."""
    return f"region={region}"


ASKING = (
    test_x_mcp_header,
    test_input_required_result_elicitation,
    test_input_required_result_sampling,
    test_input_required_result_list_roots,
    test_input_required_result_request_state,
    test_input_required_result_multiple_inputs,
    test_input_required_result_multi_round,
    test_input_required_result_tampered_state,
    test_input_required_result_capabilities,
)


def test_simple_prompt() -> str:
    """A prompt."""
    return "This is a simple prompt for testing."


def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    """A prompt with arguments."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803
    """A prompt with a resource in it."""
    return [
        UserMessage(_embedded(resourceUri, "Embedded resource content for testing.")),
        UserMessage(_text("Please process the embedded resource above.")),
    ]


def test_prompt_with_image() -> list[UserMessage]:
    """A prompt with an image in it."""
    return [UserMessage(_image()), UserMessage(_text("Please analyze the image above."))]


async def test_input_required_result_prompt(ctx: Context) -> list[UserMessage] | InputRequiredResult:
    """A prompt that asks the user first."""
    context = _given(ctx, "user_context", "context")
    if context:
        return [UserMessage(_text(f"Use the following context: {context}"))]
    return InputRequiredResult(input_requests={"user_context": _form("Which context?", "context")})


PROMPTS = (
    test_simple_prompt,
    test_prompt_with_arguments,
    test_prompt_with_embedded_resource,
    test_prompt_with_image,
    test_input_required_result_prompt,
)


def _static_text() -> str:
    """A text."""
    return "This is the content of the static text resource."


def _static_binary() -> bytes:
    """An image."""
    return base64.b64decode(PIXEL)


def _templated(id: str) -> str:
    """What an id stands for."""
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


RESOURCES = {
    "test://static-text": ("text/plain", _static_text),
    "test://static-binary": ("image/png", _static_binary),
    "test://template/{id}/data": ("application/json", _templated),
    "test://watched-resource": ("text/plain", _static_text),
}

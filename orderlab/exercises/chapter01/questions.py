"""The quiz of chapter 01."""

from orderlab.exercises.quiz.question import Option, Question

QUESTIONS = (
    Question(
        "1.q1",
        "A boto3 client is made outside the handler. Who uses it?",
        (
            Option("Every environment of the function: they share it.",
                   "Environments share nothing; each ran that line for itself."),
            Option("All invocations of the environment that made it, one after the other.",
                   "Init runs once for an environment; its invocations find what Init left.", True),
            Option("Only the first invocation.", "Then nothing would be gained by putting it there."),
            Option("Nobody: code outside the handler is not run.",
                   "It is run, in the Init phase, when the module is imported."),
        ),
    ),
    Question(
        "1.q2",
        "A cold start took 300 ms of Init, the handler 20 ms. A zip with the runtime python3.13, today. "
        "What is billed?",
        (
            Option("20 ms", "That was the rule for zip functions until the end of July 2025."),
            Option("300 ms", "The handler's time is billed as well."),
            Option("320 ms", "Init and handler together, rounded up to a whole millisecond: since 1 August 2025.", True),
            Option("100 ms", "Rounding up to 100 ms ended in 2020."),
        ),
    ),
    Question(
        "1.q3",
        "50 requests a second, each takes 200 ms. About how many environments are busy?",
        (
            Option("50", "That would be so if each took a second."),
            Option("10", "50 a second times 0.2 s: concurrency is rate times duration.", True),
            Option("250", "Dividing by the duration instead of multiplying."),
            Option("1", "One environment works on one request at a time and could serve 5 a second."),
        ),
    ),
    Question(
        "1.q4",
        "A client gets 403 `Missing Authentication Token` from an API that asks for no key. What is the likely cause?",
        (
            Option("It sent no API key.", "A missing or wrong key gives `Forbidden`."),
            Option("The stage has no such path or method.",
                   "A REST API says it in these odd words; an HTTP API would say 404 `Not Found`.", True),
            Option("It sends too fast.", "That is 429 `Too Many Requests`."),
            Option("The function is not permitted to be called.", "That is a 500: the client is not told more."),
        ),
    ),
    Question(
        "1.q5",
        "You add a method to a REST API, and clients don't see it. Why?",
        (
            Option("The definition is not what a stage serves; a deployment is.",
                   "create_deployment takes a snapshot, and the stage points to it.", True),
            Option("API Gateway needs a minute.", "It could wait for ever: nothing was deployed."),
            Option("The function has to be deployed again.", "The method is not the function's."),
            Option("The stage is cached.", "Caching is off unless you switch it on, and caches answers, not definitions."),
        ),
    ),
    Question(
        "1.q6",
        "Which of these does API Gateway do only for REST APIs, not for HTTP APIs? Choose all.",
        (
            Option("Check a body against a JSON Schema", "Request validators exist on REST APIs only.", True),
            Option("Call a Lambda function", "Both do."),
            Option("Change a request with a mapping template", "Templates exist on REST APIs only; chapter 04 needs one.", True),
            Option("Check a JWT", "HTTP APIs have done so from their start."),
        ),
    ),
    Question(
        "1.q7",
        "The customer has another service: a Kubernetes application with manifests and two people who know it, "
        "under steady load. Which compute is nearest?",
        (
            Option("Lambda, because it is serverless", "It would be a rewrite, and steady load is where Lambda gains least."),
            Option("Amazon EKS", "The manifests and the skills stay; AWS runs the control plane.", True),
            Option("Amazon ECS", "Managed too, but with an API of its own: the manifests would be rewritten."),
            Option("Fargate in place of EKS", "Fargate runs containers for EKS or ECS; it takes the place of neither."),
        ),
    ),
    Question(
        "1.q8",
        "Who decides whether API Gateway may invoke a function?",
        (
            Option("The function's execution role", "It says what the function's code may do."),
            Option("The function's resource policy, or a role that the integration names",
                   "One of the two must allow it, and each should name this API or this function only.", True),
            Option("The API key", "A key is about who calls the API, and is no proof of identity."),
            Option("Nobody: services of one account trust each other.", "They don't. That is why exercise 1.3 got a 500."),
        ),
    ),
)  # fmt: skip

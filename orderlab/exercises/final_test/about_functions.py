"""Questions about chapter 01."""

from orderlab.exercises.final_test.question import question, right, wrong
from orderlab.exercises.final_test.topics import APIS, CAPACITY, COMPUTE, ENVIRONMENTS, PERMISSIONS

QUESTIONS = (
    question(
        "f1.1", COMPUTE, "1.1",
        "A job needs a GPU and works for two hours each night. Which of these fits it least?",
        right("A Lambda function of the default kind", "It ends after 15 minutes and has no GPU. Lambda Managed Instances are another thing."),
        wrong("An EC2 instance that is started for it", "It fits: choose one with a GPU, and stop it afterwards."),
        wrong("A task on ECS, on instances with a GPU", "It fits: a task may run for hours."),
        wrong("A pod on EKS, on nodes with a GPU", "It fits, where a cluster is there already."),
    ),
    question(
        "f1.2", COMPUTE, "1.1",
        "What is AWS Fargate?",
        wrong("An orchestrator that takes the place of Kubernetes", "It orchestrates nothing. ECS or EKS tells it what to run."),
        right("Compute that ECS or EKS runs containers on", "There is no host to manage; the orchestrator is one of the two."),
        wrong("A registry in which container images are kept", "That is Amazon ECR."),
        wrong("A kind of Lambda function made of a container image", "Lambda takes images by itself, and Fargate is not involved."),
    ),
    question(
        "f1.3", ENVIRONMENTS, "1.4",
        "A handler appends each order's id to a list that is made outside it. What is in the list after 100 invocations?",
        wrong("All 100 ids, whichever environment you look at", "Environments share no memory."),
        wrong("The last id: each invocation starts anew", "Init runs once for an environment, and what it made stays."),
        right("The ids that this environment has handled", "Each environment has a list of its own."),
        wrong("Nothing: the list is made before any handler runs", "It is made once, and then each invocation adds to it."),
    ),
    question(
        "f1.4", ENVIRONMENTS, "1.5",
        "120 requests a second come in, and each takes 250 ms. How many environments are busy, on average?",
        wrong("4", "One environment does 4 of these requests a second. The question is how many it takes for 120."),
        right("30", "120 requests a second times 0.25 s."),
        wrong("120", "That would be so if each request took a second."),
        wrong("480", "This divides the rate by the duration."),
    ),
    question(
        "f1.5", PERMISSIONS, "1.3",
        "A function answers without an error, but no log group appears. What is the likely cause?",
        right("Its execution role may not write logs.", "A function writes its log with the permissions of this role."),
        wrong("Nobody made the group beforehand.", "With the permission, Lambda makes the group."),
        wrong("Its resource policy does not name CloudWatch.", "A resource policy says who may invoke the function."),
        wrong("Logging has to be switched on for the account first.", "Lambda logs by default. API Gateway's logs need a role of the account."),
    ),
    question(
        "f1.6", APIS, "1.7",
        "A model demands that `quantity` is an integer, and a body with the text \"two\" reaches the function. Why?",
        wrong("A request validator looks at names and not at types.", "It checks the body against the JSON Schema, types included."),
        wrong("The stage answered from its cache.", "Then the function would not have been reached at all."),
        right("No model belongs to the content type that was sent.", "Where no model matches the content type, the body is not checked."),
        wrong("The proxy integration switches validation off.", "Validation comes before the integration, whatever its type."),
    ),
    question(
        "f1.7", APIS, "1.8",
        "A usage plan lets each API key send 10 requests a second. One client sends 50 a second. What do clients with other keys notice?",
        wrong("They are throttled, too: the limit is the stage's.", "A stage has its own limit for everybody. This one counts each key."),
        right("Nothing: the plan counts every key by itself.", "The fast client gets 429, and the others go on."),
        wrong("They get 403 until it slows down.", "403 is for a missing or wrong key."),
        wrong("Their requests wait in line behind those of the client.", "API Gateway keeps no line: it answers or refuses."),
    ),
    question(
        "f1.8", APIS, "1.6",
        "A REST API with a proxy integration answers 502. The function's log shows no error. What is the likely cause?",
        wrong("The API is not permitted to invoke the function.", "Then the function would not run, and the answer is 500."),
        wrong("The function took longer than the integration's limit.", "That is 504."),
        right("What the function returns is not a proxy answer.", "It must be an object with statusCode and a body that is text."),
        wrong("The client's body was larger than 10 MB.", "That is 413, before any function runs."),
    ),
    question(
        "f1.9", ENVIRONMENTS, "1.9",
        "A function gets a reserved concurrency of 3. What does that do? Choose two.",
        right("At most 3 of its environments work at the same time.", "It is a cap."),
        wrong("3 environments are initialised before a request comes.", "That is provisioned concurrency, which is paid for as long as it stands ready."),
        right("3 of the account's concurrency are kept for it.", "It is a guarantee as well: others can't take them."),
        wrong("A fourth request waits until an environment is free.", "Invoked synchronously, it is refused with 429."),
    ),
    question(
        "f1.10", CAPACITY, "1.5",
        "A function with 512 MB is called by nobody for a month. What does AWS charge for it?",
        wrong("512 MB for each hour of the month", "Memory is charged while code works, not while it exists."),
        wrong("One environment, kept warm", "AWS keeps no environment warm unless you pay for provisioned concurrency."),
        wrong("One request a minute, for its health check", "There is no health check."),
        right("Nothing for requests or compute", "You pay for requests and for the time that code works."),
    ),
)  # fmt: skip

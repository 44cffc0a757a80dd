"""The two questions of the lecture's first week, with a reason for every option."""

from orderlab.exercises.quiz.question import Option, Question

ASSIGNMENT = (
    Question(
        "7.w1",
        "A company runs Docker containers on EC2 and in its data centre, in a hybrid Kubernetes cluster. Part of it shall move to the cloud with the least effort, all native features of Kubernetes shall stay, and the cluster shall be less work. Which managed service?",
        (
            Option("Amazon EKS", "It is managed Kubernetes that conforms: manifests and tools move unchanged, and AWS runs "
                   "the control plane over three Availability Zones. EKS Auto Mode runs the nodes as well, EKS Anywhere and "
                   "EKS Hybrid Nodes are for machines of one's own.", True),
            Option("AWS Fargate", "It is a place to run containers, not an orchestrator: ECS or EKS is still needed above "
                   "it. The lecture's own first answer, and wrong."),
            Option("Amazon ECS", "It is managed, and ECS Anywhere is hybrid too. But its API is its own: every Kubernetes "
                   "object would be written anew."),
            Option("Kubernetes on EC2, run by oneself", "All features are kept, and so is the work on the control plane."),
            Option("AWS Lambda", "That is a rewrite of what runs in the containers."),
        ),
    ),
    Question(
        "7.w2",
        "Which statements about DAX are correct? Choose three.",
        (
            Option("DAX is a managed cache that is compatible with the DynamoDB API.", "The same operations on items; calls "
                   "that make or change tables are not in it.", True),
            Option("DAX can lower what a table's reads consume.", "A hit never reaches DynamoDB.", True),
            Option("DAX helps reads; write-heavy workloads gain little.", "A write goes through the cache to the table, one "
                   "step more.", True),
            Option("DAX is the choice for strongly consistent reads.", "They are passed through to DynamoDB, and not "
                   "cached."),
            Option("DAX answers in single-digit milliseconds instead of seconds.", "Milliseconds is DynamoDB; a hit in DAX "
                   "takes microseconds."),
            Option("DAX needs code of the application that invalidates items.", "Writing through DAX keeps its item cache "
                   "up to date. Query results are another matter: they leave by their time to live."),
            Option("DAX can't encrypt, neither at rest nor in transit.", "Both can be switched on when a cluster is made."),
            Option("DAX is serverless and scales to zero.", "A cluster of nodes in a VPC, paid by the node-hour."),
        ),
    ),
)  # fmt: skip

module pulumi-bxbi-engine/python

go 1.26

tool github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python

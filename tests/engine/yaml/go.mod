module pulumi-bxbi-engine/yaml

go 1.26

tool github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml

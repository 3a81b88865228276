// Command program runs examples without an engine, and prints the resources that they register.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	_ "github.com/pulumi/pulumi/sdk/v3/go/pulumi/config" // the examples use it
)

// examples is set by the file that the tests write beside this one.
var examples pulumi.RunFunc

type portal struct{}

func (portal) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return resource.PropertyMap{}, nil
}

// NewResource gives a resource its name as its id.
func (portal) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	line, err := json.Marshal([]any{args.TypeToken, args.RegisterRPC.GetObject().AsMap()})
	if err == nil {
		_, err = fmt.Printf("%s\n", line)
	}
	return args.Name, args.Inputs, err
}

func configured(info *pulumi.RunInfo) {
	info.Config = map[string]string{"crm:crmPassword": "hunter2"}
}

func main() {
	if err := pulumi.RunErr(examples, pulumi.WithMocks("crm", "test", portal{}), configured); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

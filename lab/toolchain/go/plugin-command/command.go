package main

import (
	"errors"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// commandArgs are the inputs that local and remote commands share.
type commandArgs struct {
	Create                 *string            `pulumi:"create,optional"`
	Update                 *string            `pulumi:"update,optional"`
	Delete                 *string            `pulumi:"delete,optional"`
	Stdin                  *string            `pulumi:"stdin,optional"`
	Environment            *map[string]string `pulumi:"environment,optional"`
	Logging                *string            `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool              `pulumi:"addPreviousOutputInEnv,optional"`
	Triggers               *[]any             `pulumi:"triggers,optional" provider:"replaceOnChanges"`
}

// output is what the last run printed, without the newline at its end.
type output struct {
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// onUpdate is the script that a changed input runs: `update`, and without one `create` once more.
func (a commandArgs) onUpdate() *string {
	if a.Update != nil {
		return a.Update
	}
	return a.Create
}

// previousOutput are the variables through which a run sees what the one before it printed.
func (a commandArgs) previousOutput(previous output) map[string]string {
	variables := map[string]string{}
	if a.AddPreviousOutputInEnv != nil && !*a.AddPreviousOutputInEnv {
		return variables
	}
	if previous.Stdout != "" {
		variables["PULUMI_COMMAND_STDOUT"] = previous.Stdout
	}
	if previous.Stderr != "" {
		variables["PULUMI_COMMAND_STDERR"] = previous.Stderr
	}
	return variables
}

func (a commandArgs) environment() map[string]string {
	if a.Environment == nil {
		return nil
	}
	return *a.Environment
}

func (a commandArgs) stdin() *strings.Reader { return strings.NewReader(text(a.Stdin)) }

// validate refuses what no run could honour, before anything is touched.
func (a commandArgs) validate() error {
	switch text(a.Logging) {
	case "", logNone, logStdout, logStderr, logBoth:
		return nil
	default:
		return errors.New("must be one of stdout, stderr, stdoutAndStderr, none")
	}
}

// newID is the released plugin's form of an id: the resource's name and eight random hex digits.
func newID(name string) (string, error) { return resource.NewUniqueHex(name, 8, 0) }

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

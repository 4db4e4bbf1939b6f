package main

import (
	"context"
	"os"
	"os/exec"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// LocalCommand is command:local:Command: a command on the machine that runs the program.
type LocalCommand struct{}

// LocalCommandArgs are its inputs.
type LocalCommandArgs struct {
	commandArgs
	Dir          *string   `pulumi:"dir,optional"`
	Interpreter  *[]string `pulumi:"interpreter,optional"`
	AssetPaths   *[]string `pulumi:"assetPaths,optional"`
	ArchivePaths *[]string `pulumi:"archivePaths,optional"`
}

// LocalCommandState is its state: the inputs, and what the last run printed.
type LocalCommandState struct {
	LocalCommandArgs
	output
}

// Annotate gives it the released plugin's token.
func (c *LocalCommand) Annotate(a infer.Annotator) { a.SetToken("local", "Command") }

// Check refuses what this stand-in cannot do, by the name of the input.
func (*LocalCommand) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[LocalCommandArgs], error) {
	args, failures, err := infer.DefaultCheck[LocalCommandArgs](ctx, req.NewInputs)
	if err := args.validate(); err != nil {
		failures = append(failures, p.CheckFailure{Property: "logging", Reason: err.Error()})
	}
	for name, given := range map[string]*[]string{"assetPaths": args.AssetPaths, "archivePaths": args.ArchivePaths} {
		if given != nil {
			failures = append(failures, p.CheckFailure{
				Property: name,
				Reason:   "this stand-in for the released command plugin does not collect files; leave the input out",
			})
		}
	}
	return infer.CheckResponse[LocalCommandArgs]{Inputs: args, Failures: valueless(failures)}, err
}

// Create runs `create`, if there is one.
func (*LocalCommand) Create(
	ctx context.Context, req infer.CreateRequest[LocalCommandArgs],
) (infer.CreateResponse[LocalCommandState], error) {
	state := LocalCommandState{LocalCommandArgs: req.Inputs}
	id, err := newID(req.Name)
	if err == nil && !req.DryRun {
		err = state.run(ctx, req.Inputs.Create)
	}
	return infer.CreateResponse[LocalCommandState]{ID: id, Output: state}, err
}

// Update runs `update`, or `create` where there is none.
func (*LocalCommand) Update(
	ctx context.Context, req infer.UpdateRequest[LocalCommandArgs, LocalCommandState],
) (infer.UpdateResponse[LocalCommandState], error) {
	state := LocalCommandState{LocalCommandArgs: req.Inputs, output: req.State.output}
	var err error
	if !req.DryRun {
		err = state.run(ctx, req.Inputs.onUpdate())
	}
	return infer.UpdateResponse[LocalCommandState]{Output: state}, err
}

// Delete runs `delete`, if there is one.
func (*LocalCommand) Delete(
	ctx context.Context, req infer.DeleteRequest[LocalCommandState],
) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, req.State.run(ctx, req.State.Delete)
}

func (s *LocalCommandState) run(ctx context.Context, script *string) error {
	if script == nil {
		return nil
	}
	words := []string{"/bin/sh", "-c"}
	if s.Interpreter != nil && len(*s.Interpreter) > 0 {
		words = append([]string{}, *s.Interpreter...)
	}
	words = append(words, *script)

	streams := newStreams(ctx, s.Logging)
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Dir, command.Stdin = text(s.Dir), s.stdin()
	command.Stdout, command.Stderr = streams.outWriter, streams.errWriter
	command.Env = os.Environ()
	for _, variables := range []map[string]string{s.environment(), s.previousOutput(s.output)} {
		for name, value := range variables {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	printed, err := streams.finish("this machine", command.Run())
	if err == nil {
		s.output = printed
	}
	return err
}

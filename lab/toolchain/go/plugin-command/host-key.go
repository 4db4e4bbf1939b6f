package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/crypto/ssh"
)

// verifyHostKey makes the handshake fail unless the server shows `hostKey`. Without one every key is accepted, as in
// the released plugin; the inventory of this project always gives one.
func (e endpoint) verifyHostKey(config *ssh.ClientConfig) error {
	if e.HostKey == nil {
		config.HostKeyCallback = ssh.InsecureIgnoreHostKey()
		return nil
	}
	expected, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*e.HostKey))
	if err != nil {
		return errors.New("`hostKey` is not a public key; expected a line as \"ssh-ed25519 AAAA…\"")
	}
	config.HostKeyAlgorithms = algorithmsOf(expected)
	config.HostKeyCallback = func(_ string, _ net.Addr, shown ssh.PublicKey) error {
		if bytes.Equal(shown.Marshal(), expected.Marshal()) {
			return nil
		}
		return refusal{fmt.Errorf("%s: SSH host key changed; expected %s, got %s. "+
			"If the server was reinstalled, update `hostKey`", e.address(),
			ssh.FingerprintSHA256(expected), ssh.FingerprintSHA256(shown))}
	}
	return nil
}

// algorithmsOf asks for the one key that is known, also where the server has several. An RSA key signs in three ways.
func algorithmsOf(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}
	}
	return []string{key.Type()}
}

// isLoginFailure recognises the client side's error, which x/crypto gives no type of its own.
func isLoginFailure(err error) bool { return strings.Contains(err.Error(), "unable to authenticate") }

// SPDX-License-Identifier: MIT
// The tests that want the real device. Root, in a VM; results as KTAP on standard output.
#include <iostream>

#include <gtest/gtest.h>

#include "ktap.hpp"

int main(int argc, char **argv) {
    ::testing::InitGoogleTest(&argc, argv);
    ::testing::TestEventListeners &listeners = ::testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new pidlab::testing::KtapListener(std::cout)); // owned by GoogleTest
    return RUN_ALL_TESTS();
}
